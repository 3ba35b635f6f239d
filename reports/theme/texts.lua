-- Run by `pandoc lua`: the texts of a package, read as Markdown of which only the harmless half is known, and written
-- again so that every engine reads them alike. JSON on the standard input, {texts, numbers, missing}, and Markdown by
-- name on the standard output. What would be code, mark-up of another language, an image or a link to anything but https
-- comes out as the letters it is written with.

local READ = "markdown-raw_html-raw_tex-raw_attribute-native_divs-native_spans-fenced_divs-bracketed_spans"
  .. "-tex_math_dollars-tex_math_single_backslash-latex_macros-citations-yaml_metadata_block-pandoc_title_block"
  .. "-link_attributes-header_attributes-inline_code_attributes-fenced_code_attributes-markdown_in_html_blocks"
  .. "-implicit_figures-example_lists-inline_notes-auto_identifiers-table_attributes"
local WRITE = "markdown-smart-simple_tables-multiline_tables-grid_tables-header_attributes"
local HTTPS = "^https://[%w%-%._~:/?#@!$&'*+,;=%%]+$"
local CITED = "cited "

local asked = pandoc.json.decode(io.read("a"))

-- As reports/markdown.py does it: a span in the middle of a shortcode's sign keeps Quarto from finding it.
local function escaped(text)
  local plain = text:gsub("%p", "\\%0")
  plain = plain:gsub("\\{\\{\\<", "\\{[\\{]{}\\<"):gsub("\\>\\}\\}", "\\>[\\}]{}\\}")
  return pandoc.RawInline("markdown", plain)
end

local function lines(text)
  local inlines = pandoc.Inlines({})
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    if #inlines > 0 then inlines:insert(pandoc.LineBreak()) end
    inlines:insert(escaped(line))
  end
  return pandoc.Para(inlines)
end

local function between(open, content, close)
  content:insert(1, escaped(open))
  content:insert(escaped(close))
  return content
end

-- A footnote with a reference's name is a citation of it; one with words of its own stands in brackets.
local function note(element)
  local said = pandoc.utils.stringify(element.content)
  if said:sub(1, #CITED) ~= CITED then
    return between(" (", pandoc.utils.blocks_to_inlines(element.content), ")")
  end
  local id = pandoc.text.sub(said, #CITED + 1)
  local number = asked.numbers[id]
  if number == nil then return escaped("[" .. asked.missing .. " " .. id .. "]") end
  return pandoc.RawInline("markdown", ("[[%d]](#kilde-%d){.cite}"):format(number, number))
end

local function link(element)
  if not element.target:match(HTTPS) then return element.content end
  return pandoc.Link(element.content, element.target)
end

local unmarked = {
  Note = note,
  Link = link,
  Image = function(element) return element.caption end,
  Span = function(element) return element.content end,
  Cite = function(element) return element.content end,
  Quoted = function(element)
    local double = element.quotetype == "DoubleQuote"
    return between(double and "»" or "’", element.content, double and "«" or "’")
  end,
  SoftBreak = function() return pandoc.Space() end,
  Div = function(element) return element.content end,
  Figure = function(element) return element.content end,
  Header = function(element) return pandoc.Header(math.min(math.max(element.level, 2) + 1, 4), element.content) end,
  CodeBlock = function(element) return lines(element.text) end,
  RawBlock = function(element) return lines(element.text) end,
}
-- What `unmarked` put in is Markdown already; everything else is letters.
local letters = {
  Str = function(element)
    return element.text == "☐" and pandoc.RawInline("markdown", "[]{.box}") or escaped(element.text)
  end,
  Code = function(element) return escaped(element.text) end,
  Math = function(element) return escaped(element.text) end,
  RawInline = function(element) return element.format ~= "markdown" and escaped(element.text) or nil end,
}

-- Every footnote that is named and not written gets words by which `note` knows it again.
local function with_notes(text)
  local written, named = {}, {}
  for id in ("\n" .. text):gmatch("\n *%[%^([^%]%s]+)%]:") do written[id] = true end
  for id in text:gmatch("%[%^([^%]%s]+)%]") do
    if not written[id] then
      written[id] = true
      table.insert(named, "\n\n[^" .. id .. "]: `" .. CITED .. id .. "`")
    end
  end
  return text .. table.concat(named)
end

local function cleaned(text)
  local doc = pandoc.read(with_notes(text), READ)
  local first = doc.blocks[1]
  if first and first.t == "Header" and first.level == 1 then doc.blocks:remove(1) end
  doc.meta = {}
  return pandoc.write(doc:walk(unmarked):walk(letters), WRITE, { wrap_text = "none" })
end

local found = {}
for name, text in pairs(asked.texts) do found[name] = cleaned(text) end
io.write(pandoc.json.encode(found))
