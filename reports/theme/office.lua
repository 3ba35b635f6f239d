-- Run after layout.lua where the output is DOCX: what the style sheet and page.typ do for the others is done here by the
-- styles of the reference document, and a box to tick is one that can be ticked.

local PARAGRAPHS = {
  note = "Note", definition = "Definition", seconds = "Focus", fact = "Fact", scale = "Scale",
  flags = "Flags", references = "Reference List",
}
local LETTERS = { badge = "Badge", pill = "Badge", cite = "Citation Mark", number = "Measure Number" }
local BOX = [[<w:sdt><w:sdtPr><w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">
<w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>
<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>
<w:rFonts w:ascii="MS Gothic" w:hAnsi="MS Gothic" w:eastAsia="MS Gothic" w:hint="eastAsia"/></w:rPr><w:t>]]
  .. "\u{2610}" .. "</w:t></w:r></w:sdtContent></w:sdt>"
local RULED = '<w:p><w:pPr><w:pStyle w:val="Ruled"/></w:pPr></w:p>'
local RULED_ON = '<w:p><w:pPr><w:pStyle w:val="Ruled"/><w:keepNext/></w:pPr></w:p>'

local MOST_AT_FULL_SIZE = 6 -- columns

local function styled(blocks, name) return pandoc.Div(blocks, pandoc.Attr("", {}, { ["custom-style"] = name })) end

-- The rows of a measure stay on one page: every cell but those of the last row is kept with what follows it.
local function kept(element)
  return element:walk({ Table = function(inner)
    local rows = inner.bodies[1].body
    for at = 1, #rows - 1 do
      for _, cell in ipairs(rows[at].cells) do
        local words = pandoc.Blocks(cell.contents):walk({ Plain = function(plain) return pandoc.Para(plain.content) end })
        cell.contents = { styled(words, "Kept") }
      end
    end
    return inner
  end, Para = function(inner) return styled({ inner }, "Kept") end })
end

-- The name of a fact and what it is stand on one line.
local function fact(element)
  local inlines = pandoc.Inlines({})
  for _, block in ipairs(element.content) do
    if #inlines > 0 then inlines:extend({ pandoc.Str(":"), pandoc.Space() }) end
    inlines:extend(block.content)
  end
  return styled({ pandoc.Para(inlines) }, "Fact")
end

-- A question and the lines to answer on stay together.
local function asked(element)
  local last = #element.content
  for at, block in ipairs(element.content) do
    if at < last and block.t == "RawBlock" then block.text = RULED_ON end
  end
  return styled(element.content, "Asked")
end

-- Word's page is narrow for a table of many columns: their letters are smaller.
local function many_columns(element)
  if #element.colspecs <= MOST_AT_FULL_SIZE then return nil end
  local function small(rows)
    for _, row in ipairs(rows) do
      for _, cell in ipairs(row.cells) do
        local words = pandoc.Blocks(cell.contents):walk({ Plain = function(plain) return pandoc.Para(plain.content) end })
        cell.contents = { styled(words, "Small Cell") }
      end
    end
  end
  small(element.head.rows)
  small(element.bodies[1].body)
  return element
end

-- A finding's picture stands beside its heading elsewhere, and under it here.
local function found(element)
  local picture, words = element.content[1], element.content[2]
  if words == nil or words.t ~= "Div" then return nil end
  words.content:insert(2, picture)
  element.content = { words }
  return element
end

-- What is said stays with the answer to it.
local function answered(element)
  element.content[1] = styled({ element.content[1] }, "Asked")
  return element
end

local function div(element)
  for _, class in ipairs(element.classes) do
    if class == "ruled" then return pandoc.RawBlock("openxml", RULED) end
    if class == "fact" then return fact(element) end
    if class == "measure" then return kept(element) end
    if class == "asked" then return asked(element) end
    if class == "finding" then return found(element) end
    if class == "objection" or class == "apart" or class == "goal" then return answered(element) end
    if PARAGRAPHS[class] then return styled(element.content, PARAGRAPHS[class]) end
  end
  return nil
end

local function span(element)
  for _, class in ipairs(element.classes) do
    if class == "box" then
      local inlines = pandoc.Inlines({ pandoc.RawInline("openxml", BOX), pandoc.Str("\u{a0}") })
      inlines:extend(element.content)
      inlines:insert(pandoc.Str("\u{2003}"))
      return inlines
    end
    if LETTERS[class] then element.attributes["custom-style"] = LETTERS[class] end
  end
  return element
end

local function link(element)
  if element.classes:includes("cite") then
    return pandoc.Span({ element }, pandoc.Attr("", {}, { ["custom-style"] = LETTERS.cite }))
  end
  return nil
end

-- The title and the word above it are what Word knows as such.
local function cover(doc)
  local function title(element)
    if not element.classes:includes("title") then return nil end
    for _, block in ipairs(element.content) do
      if block.t == "Header" then doc.meta.title = pandoc.MetaInlines(block.content)
      else doc.meta.subtitle = pandoc.MetaInlines(block.content) end
    end
    return {}
  end
  doc.blocks = doc.blocks:walk({ Div = title })
  return doc
end

local function header(element)
  element.level = math.max(element.level - 1, 1)
  return element
end

return { { Pandoc = cover }, { Table = many_columns }, { Header = header, Div = div, Span = span, Link = link } }
