-- One layout for both outputs: fenced divs and spans stay as they are in HTML, where the style sheet lays them out, and
-- become calls of the functions in page.typ for PDF. Charts stand inside the page in both.

local typst = FORMAT:match("typst") ~= nil
local booklet = false -- its tables keep the widths they were given, and its headings the names they are linked by
local PAGE_OF_WORD = 170 -- mm between its margins
local WIDEST_ON_A_PHONE = 120 -- mm: charts up to here shrink to it and can still be read
local SCROLLED = { numbers = true, agenda = true, plan = true } -- by style.css and sheet.css, on a narrow screen
local known = {}
for name in ([[
  head title facts fact letter flags seconds line band definition said note key pairs grid panel questions ruled grounds
  ground numbers aside side badge pill who number own part contents asked scale box cite measure spec fill text references
  finding objection apart plan prompt kept agreed goal spared
]]):gmatch("%S+") do
  known[name] = true
end

local function raw(text) return pandoc.RawBlock("typst", text) end
local function quoted(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end

local function html_escaped(text)
  return (text:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

-- The function's name is the first class; the last of the others is its `kind`; `cells` hands over each child by itself.
local function call_of(classes)
  local name, kind, cells = nil, "", false
  for _, class in ipairs(classes) do
    if class == "cells" then cells = true
    elseif name == nil and known[class] then name = class
    else kind = class end
  end
  return name, kind, cells
end

-- A text in a language of its own.
local function spoken(element)
  local start = "#[#set text(lang: " .. quoted(element.attributes.lang) .. ")"
  local blocks = pandoc.Blocks({ raw(start) })
  blocks:extend(element.content)
  blocks:insert(raw("]"))
  return pandoc.Div(blocks, { class = "called" })
end

local function div(element)
  local name, kind, cells = call_of(element.classes)
  -- Tables are read on a screen and in the workbook: paper has the first of them, and that only where a page has room.
  if element.classes:includes("appendix") then
    return pandoc.Div({ raw("#k-spare(kind: \"\")["), element.content[1], raw("]") }, { class = "called" })
  end
  if element.attributes.lang then return spoken(element) end
  if name == nil then return nil end
  local blocks = pandoc.Blocks({})
  local start = "#k-" .. name .. "(kind: " .. quoted(kind)
  if cells then
    blocks:insert(raw(start .. ","))
    for _, child in ipairs(element.content) do
      blocks:extend({ raw("["), child, raw("],") })
    end
    blocks:insert(raw(")"))
  else
    blocks:insert(raw(start .. ")["))
    blocks:extend(element.content)
    blocks:insert(raw("]"))
  end
  return pandoc.Div(blocks, { class = "called" })
end

-- Until every div is a call each call stays one block, so that a div with cells can count its children.
local function unwrapped(element)
  return element.classes:includes("called") and element.content or nil
end

local function span(element)
  local name, kind = call_of(element.classes)
  local language = element.attributes.lang
  if language then
    local set = pandoc.Inlines({ pandoc.RawInline("typst", "#text(lang: " .. quoted(language) .. ")[") })
    set:extend(element.content)
    set:insert(pandoc.RawInline("typst", "];"))
    return set
  end
  if name == nil then return nil end
  local inlines = pandoc.Inlines({ pandoc.RawInline("typst", "#k-" .. name .. "(kind: " .. quoted(kind) .. ")[") })
  inlines:extend(element.content)
  inlines:insert(pandoc.RawInline("typst", "];"))
  return inlines
end

local function image(element)
  local alt, width = pandoc.utils.stringify(element.caption), element.attributes.width
  if typst then
    local call = "#k-chart(" .. quoted(element.src) .. ", " .. width .. ", " .. quoted(alt) .. ");"
    return pandoc.RawInline("typst", call)
  end
  if FORMAT:match("docx") then
    -- Word draws points; nothing is wider than its page.
    local wide = math.min(tonumber((width:gsub("mm", ""))), PAGE_OF_WORD) .. "mm"
    return pandoc.Image(element.caption, (element.src:gsub("%.svg$", ".png")), "", { width = wide })
  end
  local file = assert(io.open(element.src, "r"))
  local svg = file:read("a"):gsub('width="[^"]*" height="[^"]*"', 'style="--mm:' .. width:gsub("mm", "") .. '"', 1)
  file:close()
  -- What is wider than a phone can be drawn along there by keys as well.
  local reached = tonumber((width:gsub("mm", ""))) > WIDEST_ON_A_PHONE and ' tabindex="0"' or ""
  local open = '<span class="chart" role="img" aria-label="' .. html_escaped(alt) .. '"' .. reached .. ">"
  return pandoc.RawInline("html", open .. svg .. "</span>")
end

-- A picture that stands alone is no numbered figure.
local function figure(element)
  local found = nil
  element:walk({ Image = function(inner) found = inner end })
  return found and pandoc.Para({ image(found) }) or nil
end

local function is_empty(cell) return #pandoc.utils.stringify(cell.contents) == 0 end

-- Words in the first cell of an otherwise empty row run across the table.
local function spread(row)
  for at = 2, #row.cells do
    if not is_empty(row.cells[at]) then return row end
  end
  row.cells[1].col_span = #row.cells
  row.cells = { row.cells[1] }
  return row
end

local function add_cells(blocks, rows, columns)
  local ragged = false
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      local spread_out = columns > 1 and cell.col_span == columns
      ragged = ragged or spread_out
      local fill = spread_out and ", fill: tint" or ""
      blocks:insert(raw("table.cell(colspan: " .. cell.col_span .. fill .. ")["))
      blocks:extend(cell.contents)
      blocks:insert(raw("],"))
    end
  end
  return ragged
end

-- typst has no rule for the cells of a head: what HTML and Word do by style is written into them.
local function with_strong_head(element)
  for _, row in ipairs(element.head.rows) do
    for _, cell in ipairs(row.cells) do
      cell.contents = cell.contents:walk({ Plain = function(words) return pandoc.Plain({ pandoc.Strong(words.content) }) end })
    end
  end
  return element
end

-- On a narrow screen each row becomes a small list: every cell then carries the words of its column.
local function with_heads(element)
  local heads = {}
  for at, cell in ipairs(element.head.rows[1] and element.head.rows[1].cells or {}) do
    heads[at] = pandoc.utils.stringify(cell.contents)
  end
  for _, row in ipairs(element.bodies[1].body) do
    for at, cell in ipairs(row.cells) do
      if at > 1 then cell.attr = pandoc.Attr("", {}, { ["data-head"] = heads[at] }) end
    end
  end
  element.attr = pandoc.Attr("", { "cards" })
  return element
end

local function tables(element)
  if booklet then return typst and with_strong_head(element) or nil end
  for at, spec in ipairs(element.colspecs) do element.colspecs[at] = { spec[1], nil } end
  local body = element.bodies[1]
  for at, row in ipairs(body.body) do body.body[at] = spread(row) end
  element.bodies[1] = body
  if not typst then return with_heads(element) end
  local words = 0
  for _, spec in ipairs(element.colspecs) do
    if spec[1] == "AlignLeft" then words = words + 1 end
  end
  local columns = #element.colspecs
  local blocks = pandoc.Blocks({ raw("#k-table(" .. columns .. ", " .. words .. ", table.header(") })
  add_cells(blocks, element.head.rows, columns)
  blocks:insert(raw("),"))
  local ragged = add_cells(blocks, body.body, columns)
  blocks:insert(raw("ragged: " .. tostring(ragged) .. ")"))
  return blocks
end

local function header(element)
  if booklet and element.level == 2 then return nil end
  element.identifier = ""
  return element
end

-- What paper leaves out is laid out for nobody: tables are the most of it. What it has, it has where there is room for
-- all of it, so nobody has to measure whether a page could hold it.
local function without_appendix(doc)
  for _, block in ipairs(doc.blocks) do
    if block.t == "Div" and block.classes:includes("appendix") then
      local first = block.content[1] -- whatever an edited source has there, if anything
      if first and first.t == "Div" then
        first.classes = first.classes:map(function(class) return class == "numbers" and "spared" or class end)
      end
      block.content = { first }
    end
  end
  return doc
end

-- Charts side by side fill the line.
local function side_by_side(element)
  local images = 0
  for _, inline in ipairs(element.content) do
    if inline.t == "Image" then images = images + 1
    elseif inline.t ~= "Space" and inline.t ~= "SoftBreak" then return nil end
  end
  if images < 2 then return nil end
  -- Only what stands between them: the spaces of a picture's words are its own.
  for at, inline in ipairs(element.content) do
    if inline.t ~= "Image" then element.content[at] = pandoc.RawInline("typst", "#h(1fr);") end
  end
  return element
end

-- What typst would read as a heading, a list or a term where it begins a line.
-- A hyphen before a number would become a minus there, two of them a dash, and three points one sign.
local function begins(element)
  local text = element.text
  if text:match("^%-%d") or text:match("%-%-") or text:match("%.%.%.") then
    return pandoc.RawInline("typst", "#" .. quoted(text) .. ";")
  end
  if not (element.text:match("^[-+=/]") or element.text:match("^%d+[.)]")) then return nil end
  return { pandoc.RawInline("typst", '#"";'), element }
end

local shared = { Image = image, Figure = figure, Table = tables, Header = header }
if typst then
  shared.Div, shared.Span, shared.Str = div, span, begins
end

-- A div says how wide the columns of its tables are, in hundredths.
local function widths(element)
  local shares = {}
  for share in (element.attributes.widths or ""):gmatch("%d+") do table.insert(shares, tonumber(share) / 100) end
  element.attributes.widths = nil
  if #shares == 0 then return nil end
  return element:walk({ Table = function(inner)
    for at, spec in ipairs(inner.colspecs) do inner.colspecs[at] = { spec[1], shares[at] } end
    return inner
  end })
end

local function meta(values) booklet = values.booklet ~= nil end

-- Whoever has no pointer comes to a wide table by the Tab key; whoever listens hears what the table is.
local function reachable(element)
  local scrolled = false
  for _, class in ipairs(element.classes) do scrolled = scrolled or SCROLLED[class] end
  if not scrolled then return nil end
  element.attributes.tabindex = "0"
  local head = element.content[1]
  if head and head.t == "Header" then
    element.attributes.role = "region"
    element.attributes["aria-label"] = pandoc.utils.stringify(head.content)
  end
  return element
end

-- The first cell of a row says whose the others are.
local function named_rows(element)
  if booklet then return nil end
  for _, row in ipairs(element.bodies[1].body) do
    if #row.cells > 1 then row.cells[1].attributes.role = "rowheader" end
  end
  return element
end

local function spoken_of(doc)
  return FORMAT:match("html") and doc:walk({ Div = reachable, Table = named_rows }) or nil
end

-- A reader who listens goes by the headings: none skips a level, whatever a package's text does.
local function stepwise(doc)
  local last = 0
  return doc:walk({ Header = function(element)
    last = math.min(element.level, last + 1)
    element.level = last
    return element
  end })
end

return { { Meta = meta, Pandoc = stepwise }, { Pandoc = typst and without_appendix or nil }, { Div = widths }, { Figure = figure, Para = typst and side_by_side or nil }, shared, { Div = unwrapped }, { Pandoc = spoken_of } }
