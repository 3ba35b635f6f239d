-- pandoc, started once for many reports: `pandoc lua convert.lua`. A line from standard input is a folder laid out as
-- reports/render.py does it, then what is to be made there (html, typst), parted by tabs. A line back says `done` or
-- `failed`. The source is read once for both, and the words come out as from one call of pandoc for each.

-- Where the style sheet goes. A title has its signs escaped, so this is found first where the page has it.
local STYLE = "<!--style-->"
local OUTPUT = { html = { "report.html", "page.html" }, typst = { "report.typ", "page.typ" } }

local function text_of(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function keep(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

-- The letters are put in last: pandoc would measure every one of them.
local function with_style(words)
  local from, to = words:find(STYLE, 1, true)
  return words:sub(1, from - 1) .. text_of("style.html"):gsub("\n$", "") .. words:sub(to + 1)
end

local function write(doc, format)
  local output, page = table.unpack(OUTPUT[format])
  local filtered = pandoc.utils.run_lua_filter(doc, "layout.lua", setmetatable({ FORMAT = format }, { __index = _G }))
  local options = { wrap_text = "none", template = pandoc.template.compile(text_of(page), page) }
  if format == "html" then options.variables = { ["header-includes"] = { STYLE } } end
  local words = pandoc.write(filtered, format, pandoc.WriterOptions(options))
  if format == "html" then words = with_style(words) end
  keep(output, words:sub(-1) == "\n" and words or words .. "\n")
end

local function convert(formats)
  local doc = pandoc.read(text_of("report.qmd"), "markdown")
  for _, format in ipairs(formats) do write(doc, format) end
end

-- As --fail-if-warnings: what pandoc only tells is let pass, what it warns of is not.
local function warned(messages)
  for _, message in ipairs(messages) do
    local level = pandoc.json.decode(pandoc.json.encode(message)).verbosity
    if level == "WARNING" or level == "ERROR" then return true end
  end
  return false
end

local function answer(line)
  local asked = {}
  for part in line:gmatch("[^\t]+") do table.insert(asked, part) end
  local folder = table.remove(asked, 1)
  local messages, sound = pandoc.log.silence(function()
    return (pcall(pandoc.system.with_working_directory, folder, function() convert(asked) end))
  end)
  return sound and not warned(messages) and "done" or "failed"
end

for line in io.lines() do
  io.write(answer(line), "\n")
  io.flush()
  collectgarbage() -- Lua sees little of what a report holds of pandoc's memory, and would keep hundreds of them
end
