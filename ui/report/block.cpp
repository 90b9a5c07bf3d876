// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/block.h"

#include "ui/report/canvas.h"
#include "ui/report/drawing.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

const TypeStyle kBody{14, 20, false, ink::text};
const TypeStyle kSmall{12, 16, false, ink::secondary};
const TypeStyle kCell{12.5, 16, false, ink::text};
constexpr double kSectionGap = 24;
constexpr double kColumnGap = 32;
constexpr double kLeftColumn = 400;

Block paragraphBlock(const QString& text, const TypeStyle& style, double width, double before)
{
    const Paragraph paragraph(text, style, width);
    Block block;
    block.height = paragraph.height();
    block.before = before;
    block.paint = [paragraph](QPainter& painter, double x, double y) { paragraph.paint(painter, x, y); };
    return block;
}

void drawRule(QPainter& painter, double x, double y, double width, const QColor& color)
{
    painter.setPen(QPen(color, 1));
    painter.drawLine(QPointF(x, y), QPointF(x + width, y));
}

/// A line with something at either end.
Block lineBlock(const Markup& line, double width, double before)
{
    std::vector<QString> parts;
    for (const Markup& child : line.children)
        parts.push_back(child.wholeText());
    const double half = parts.size() > 1 ? width / 2 - 8 : width;
    const Paragraph left(parts.empty() ? QString() : parts.front(), kSmall, half);
    const Paragraph right(parts.size() > 1 ? parts[1] : QString(), kSmall, half);
    Block block;
    block.height = std::max(left.height(), right.height());
    block.before = before;
    block.paint = [=](QPainter& painter, double x, double y) {
        left.paint(painter, x, y);
        right.paint(painter, x + width - half, y, Qt::AlignRight);
    };
    return block;
}

/// Something that the reader must know, with a bar at its side.
Block remarkBlock(const Markup& element, double width)
{
    const bool caution = element.hasClass("caution");
    const Paragraph text(
        element.wholeText(), {13, 20, false, caution ? ink::text : ink::secondary}, width - 27);
    Block block;
    block.height = text.height() + 12;
    block.before = 8;
    block.paint = [=, height = block.height](QPainter& painter, double x, double y) {
        if (caution)
            painter.fillRect(QRectF(x, y, width, height), ink::caution);
        painter.fillRect(QRectF(x, y, 3, height), caution ? ink::budget : ink::border);
        text.paint(painter, x + 15, y + 6);
    };
    return block;
}

BlockGroup headerGroup(const Markup& header, double width)
{
    BlockGroup group;
    for (const Markup& child : header.children) {
        if (child.is("div"))
            group.blocks.push_back(lineBlock(child, width, 0));
        else if (child.is("h1"))
            group.blocks.push_back(paragraphBlock(child.wholeText(), {24, 32, true, ink::text}, width, 12));
        else if (child.hasClass("verdict"))
            group.blocks.push_back(paragraphBlock(child.wholeText(), {15, 24, false, ink::text}, width, 8));
        else
            group.blocks.push_back(remarkBlock(child, width));
    }
    return group;
}

struct FigureText {
    QString name;
    QString value;
    QString unit;
    QString note;
    double width = 0;
};

/// The large figures in a row, as far apart as there is room.
Block figuresBlock(const Markup& list, double width)
{
    const TypeStyle large{23, 34, true, ink::text};
    const TypeStyle note{11, 16, false, ink::secondary};
    const TypeStyle unit{12, 16, false, ink::text};
    std::vector<FigureText> figures;
    double taken = 0;
    for (const Markup& one : list.children) {
        const Markup* value = one.first("dd");
        if (value == nullptr)
            continue;
        FigureText figure;
        figure.name = one.first("dt") != nullptr ? one.first("dt")->wholeText() : QString();
        figure.value = value->first("b") != nullptr ? value->first("b")->wholeText() : QString();
        figure.unit = value->ownText();
        figure.note = value->first("span") != nullptr ? value->first("span")->wholeText() : QString();
        figure.width = std::max(
            {textWidth(figure.name, kSmall), textWidth(figure.note, note),
             textWidth(figure.value, large) + 4 + textWidth(figure.unit, unit)});
        taken += figure.width;
        figures.push_back(figure);
    }
    const double gap = figures.size() > 1 ? (width - taken) / static_cast<double>(figures.size() - 1) : 0.0;
    Block block;
    block.height = 10 + 16 + 34 + 16 + 10;
    block.before = 16;
    block.paint = [=, height = block.height](QPainter& painter, double x, double y) {
        drawRule(painter, x, y, width, ink::text);
        drawRule(painter, x, y + height, width, ink::border);
        for (const FigureText& figure : figures) {
            drawLine(painter, x, y + 22, figure.name, kSmall);
            drawLine(painter, x, y + 51, figure.value, large);
            drawLine(painter, x + textWidth(figure.value, large) + 4, y + 51, figure.unit, unit);
            drawLine(painter, x, y + 72, figure.note, note);
            x += figure.width + gap;
        }
    };
    return block;
}

Block headingBlock(const Markup& heading, double width)
{
    const TypeStyle style{14, 20, true, ink::text};
    const QString title = heading.ownText();
    const Markup* small = heading.first("small");
    const QString note = small != nullptr ? small->wholeText() : QString();
    const double titleWidth = textWidth(title, style) + 8;
    const bool fits = titleWidth + textWidth(note, kSmall) <= width;
    const Paragraph below(fits ? QString() : note, kSmall, width);
    Block block;
    block.height = 28 + (fits ? 0 : below.height());
    block.keepWithNext = true;
    block.paint = [=](QPainter& painter, double x, double y) {
        drawLine(painter, x, y + 15, title, style);
        if (fits)
            drawLine(painter, x + titleWidth, y + 15, note, kSmall);
        else
            below.paint(painter, x, y + 20);
    };
    return block;
}

Block drawingBlock(const Markup& svg, double width)
{
    const QSizeF size = drawingSize(svg);
    Block block;
    block.height = size.width() > 0 ? size.height() * width / size.width() : 0;
    block.paint = [svg, width](QPainter& painter, double x, double y) {
        paintDrawing(painter, svg, {x, y}, width);
    };
    return block;
}

struct LegendItem {
    const Markup* swatch = nullptr;
    QString name;
    QString note;
    double x = 0;
    double y = 0;
};

Block legendBlock(const Markup& list, double width)
{
    const TypeStyle nameStyle{13, 16, false, ink::text};
    std::vector<LegendItem> items;
    double x = 0;
    double y = 0;
    for (const Markup& one : list.children) {
        const Markup* words = one.first("div");
        if (words == nullptr)
            continue;
        LegendItem item;
        item.swatch = one.first("svg");
        item.name = words->ownText();
        item.note = words->first("span") != nullptr ? words->first("span")->wholeText() : QString();
        const double taken = 24 + std::max(textWidth(item.name, nameStyle), textWidth(item.note, kSmall));
        if (x > 0 && x + taken > width) {
            x = 0;
            y += 40;
        }
        item.x = x;
        item.y = y;
        x += taken + 40;
        items.push_back(item);
    }
    Block block;
    block.height = y + 32;
    block.before = 8;
    block.paint = [items, nameStyle](QPainter& painter, double left, double top) {
        for (const LegendItem& item : items) {
            if (item.swatch != nullptr)
                paintDrawing(painter, *item.swatch, {left + item.x, top + item.y + 2}, 16);
            drawLine(painter, left + item.x + 24, top + item.y + 12, item.name, nameStyle);
            drawLine(painter, left + item.x + 24, top + item.y + 28, item.note, kSmall);
        }
    };
    return block;
}

struct CellText {
    Paragraph text;
    double x = 0;
    bool left = false;
};

struct TableShape {
    std::vector<double> widths;
    std::vector<bool> left; ///< by column: words, not numbers
};

TypeStyle cellStyle(const Markup& cell, bool head, bool pairs, std::size_t column)
{
    TypeStyle style = kCell;
    if (head || (pairs && column == 0))
        style = {head ? 12.0 : 12.5, 16, false, ink::secondary};
    style.strong = cell.hasClass("strong");
    return style;
}

/// As much as each column needs; what is left over goes between them, and what is missing comes off the
/// widest.
TableShape shapeOf(const std::vector<const Markup*>& rows, bool pairs, double width)
{
    TableShape shape;
    for (const Markup* row : rows) {
        for (std::size_t column = 0; column < row->children.size(); ++column) {
            const Markup& cell = row->children[column];
            if (column >= shape.widths.size()) {
                shape.widths.push_back(0);
                shape.left.push_back(column == 0);
            }
            if (cell.hasClass("word"))
                shape.left[column] = true;
            const double space = column == 0 ? 2 : shape.left[column] ? 22 : 14;
            shape.widths[column] = std::max(
                shape.widths[column],
                textWidth(cell.wholeText(), cellStyle(cell, false, pairs, column)) + space);
        }
    }
    double total = 0;
    for (const double one : shape.widths)
        total += one;
    if (shape.widths.empty())
        return shape;
    if (total <= width) {
        for (double& one : shape.widths)
            one += (width - total) / static_cast<double>(shape.widths.size());
        return shape;
    }
    const auto widest = std::max_element(shape.widths.begin(), shape.widths.end());
    *widest = std::max(80.0, *widest - (total - width));
    return shape;
}

Block rowBlock(const Markup& row, const TableShape& shape, bool head, bool pairs, double width)
{
    std::vector<CellText> cells;
    double x = 0;
    double height = 16;
    for (std::size_t column = 0; column < row.children.size(); ++column) {
        CellText cell;
        cell.left = shape.left[column];
        const double inset = column == 0 ? 0 : cell.left ? 20 : 12;
        const double room = std::max(20.0, shape.widths[column] - inset);
        cell.text = Paragraph(
            row.children[column].wholeText(), cellStyle(row.children[column], head, pairs, column), room);
        cell.x = x + inset;
        height = std::max(height, cell.text.height());
        x += shape.widths[column];
        cells.push_back(cell);
    }
    Block block;
    block.height = height + 8;
    block.keepWithNext = head;
    block.paint = [=](QPainter& painter, double left, double y) {
        for (const CellText& cell : cells)
            cell.text.paint(
                painter, left + cell.x, y + 4 + (head ? height - cell.text.height() : 0),
                cell.left ? Qt::AlignLeft : Qt::AlignRight);
        drawRule(painter, left, y + height + 8, width, head ? ink::border : ink::grid);
    };
    return block;
}

void collectRows(const Markup& element, bool head, std::vector<const Markup*>& rows, std::vector<bool>& heads)
{
    for (const Markup& child : element.children) {
        if (child.is("tr")) {
            rows.push_back(&child);
            heads.push_back(head);
        } else {
            collectRows(child, child.is("thead"), rows, heads);
        }
    }
}

void addTable(const Markup& table, double width, std::vector<Block>& blocks)
{
    const bool pairs = table.hasClass("pairs");
    std::vector<const Markup*> rows;
    std::vector<bool> heads;
    collectRows(table, false, rows, heads);
    const TableShape shape = shapeOf(rows, pairs, width);
    std::shared_ptr<const Block> repeated;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Block block = rowBlock(*rows[i], shape, heads[i], pairs, width);
        if (heads[i])
            repeated = std::make_shared<const Block>(block);
        else
            block.repeated = repeated;
        blocks.push_back(std::move(block));
    }
}

/// Two columns of names and values, row by row.
void addPairs(const Markup& list, double width, std::vector<Block>& blocks)
{
    struct Pair {
        Paragraph name;
        Paragraph value;
    };
    const double column = (width - kColumnGap) / 2;
    std::vector<Pair> pairs;
    for (const Markup& one : list.children) {
        const Markup* name = one.first("dt");
        const Markup* value = one.first("dd");
        if (name != nullptr && value != nullptr)
            pairs.push_back(
                {Paragraph(name->wholeText(), {12.5, 20, false, ink::secondary}, 128),
                 Paragraph(value->wholeText(), {12.5, 20, false, ink::text}, column - 136)});
    }
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        std::vector<Pair> row(
            pairs.begin() + static_cast<std::ptrdiff_t>(i),
            pairs.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, pairs.size())));
        Block block;
        for (const Pair& pair : row)
            block.height = std::max({block.height, pair.name.height(), pair.value.height()});
        block.before = 2;
        block.paint = [row, column](QPainter& painter, double x, double y) {
            for (const Pair& pair : row) {
                pair.name.paint(painter, x, y);
                pair.value.paint(painter, x + 136, y);
                x += column + kColumnGap;
            }
        };
        blocks.push_back(std::move(block));
    }
}

void addContent(const Markup& element, double width, std::vector<Block>& blocks)
{
    for (const Markup& child : element.children) {
        if (child.is("h2"))
            blocks.push_back(headingBlock(child, width));
        else if (child.is("h3")) {
            blocks.push_back(paragraphBlock(child.wholeText(), {12, 20, true, ink::text}, width, 16));
            blocks.back().keepWithNext = true;
        } else if (child.is("svg"))
            blocks.push_back(drawingBlock(child, width));
        else if (child.is("ul"))
            blocks.push_back(legendBlock(child, width));
        else if (child.is("table"))
            addTable(child, width, blocks);
        else if (child.is("dl"))
            addPairs(child, width, blocks);
        else if (child.is("p"))
            blocks.push_back(
                child.hasClass("text") ? paragraphBlock(child.wholeText(), kBody, width, 8)
                                       : paragraphBlock(child.wholeText(), kSmall, width, 8));
        else
            addContent(child, width, blocks);
    }
}

/// Stacked, as one.
Block stacked(const std::vector<Block>& blocks)
{
    Block whole;
    for (std::size_t i = 0; i < blocks.size(); ++i)
        whole.height += blocks[i].height + (i > 0 ? blocks[i].before : 0);
    whole.paint = [blocks](QPainter& painter, double x, double y) {
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            y += i > 0 ? blocks[i].before : 0;
            blocks[i].paint(painter, x, y);
            y += blocks[i].height;
        }
    };
    return whole;
}

BlockGroup columnsGroup(const Markup& columns, double width)
{
    std::vector<Block> sides;
    for (const Markup& side : columns.children) {
        std::vector<Block> blocks;
        addContent(side, sides.empty() ? kLeftColumn : width - kLeftColumn - kColumnGap, blocks);
        sides.push_back(stacked(blocks));
    }
    Block both;
    both.before = kSectionGap;
    for (const Block& side : sides)
        both.height = std::max(both.height, side.height);
    both.paint = [sides](QPainter& painter, double x, double y) {
        for (const Block& side : sides) {
            side.paint(painter, x, y);
            x += kLeftColumn + kColumnGap;
        }
    };
    return {{both}};
}

BlockGroup footerGroup(const Markup& footer, double width)
{
    BlockGroup group;
    const TypeStyle style{11.5, 16, false, ink::secondary};
    for (const Markup& child : footer.children)
        group.blocks.push_back(paragraphBlock(child.wholeText(), style, width, 12));
    if (group.blocks.empty())
        return group;
    Block& first = group.blocks.front();
    first.before = kSectionGap;
    first.height += 8;
    first.paint = [paint = first.paint, width](QPainter& painter, double x, double y) {
        drawRule(painter, x, y, width, ink::border);
        paint(painter, x, y + 8);
    };
    return group;
}

} // namespace

double BlockGroup::height() const
{
    double sum = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i)
        sum += blocks[i].height + (i > 0 ? blocks[i].before : 0);
    return sum;
}

std::vector<BlockGroup> blocksOf(const Markup& main, double width)
{
    std::vector<BlockGroup> groups;
    for (const Markup& child : main.children) {
        if (child.is("header")) {
            groups.push_back(headerGroup(child, width));
        } else if (child.is("dl")) {
            groups.push_back({{figuresBlock(child, width)}});
        } else if (child.is("footer")) {
            groups.push_back(footerGroup(child, width));
        } else if (child.hasClass("columns")) {
            groups.push_back(columnsGroup(child, width));
        } else {
            BlockGroup group;
            addContent(child, width, group.blocks);
            if (!group.blocks.empty())
                group.blocks.front().before = kSectionGap;
            groups.push_back(std::move(group));
        }
    }
    std::erase_if(groups, [](const BlockGroup& group) { return group.blocks.empty(); });
    return groups;
}

} // namespace sida::ui
