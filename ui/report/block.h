// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/report/markup.h"

#include <QPainter>

#include <functional>
#include <memory>
#include <vector>

namespace sida::ui
{

/// A stretch of a page that is not torn apart.
struct Block {
    double height = 0;
    double before = 0; ///< space above it, unless it comes first on a page
    bool keepWithNext = false; ///< a heading does not stay alone at the foot of a page
    std::function<void(QPainter&, double x, double y)> paint;
    std::shared_ptr<const Block>
        repeated; ///< head of the table, drawn again where a page begins with this row
};

/// Blocks that stay together if a page can hold them.
struct BlockGroup {
    std::vector<Block> blocks;
    double height() const; ///< with the space between them, without that above the first
};

/// The groups of a page's main element, in its order, for that width in pixels of the page.
std::vector<BlockGroup> blocksOf(const Markup& main, double width);

} // namespace sida::ui
