// Aligned columns, with notes below the row that they belong to.
#pragma once

#include <string>
#include <vector>

#include "ctl/view.h"

namespace overlayd::ctl {

struct Column {
  std::string title;
  bool elastic = false;  // gives way first where the terminal is too narrow, rightmost first
};

// Text is valid UTF-8 without control characters: what printable() makes.
struct Cell {
  std::string text;
  Colour colour = Colour::plain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add_row(std::vector<Cell> cells);
  // A line below the row that was added last, indented to its second column; wrapped, never cut.
  void add_note(Cell note);

  // Whether nothing has to be cut but elastic columns.
  bool fits(const View& view) const;

  // A column in which every cell is empty is left out, and so is a heading without titles.
  std::string render(const View& view) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::vector<Cell> notes;
  };

  std::vector<size_t> full_widths() const;
  std::vector<size_t> widths(size_t limit) const;
  std::string render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                         const View& view) const;
  std::vector<Cell> heading() const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace overlayd::ctl
