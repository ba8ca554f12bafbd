#include "ctl/table.h"

#include <algorithm>
#include <numeric>

#include "ctl/width.h"

namespace overlayd::ctl {
namespace {

constexpr size_t gap = 2;
constexpr size_t elastic_least = 8;  // columns that it keeps

// Takes up to `excess` columns from `width`, but leaves `least`.
void shrink(size_t& width, size_t& excess, size_t least) {
  const size_t taken = std::min(excess, width > least ? width - least : 0);
  width -= taken;
  excess -= taken;
}

size_t total_width(const std::vector<size_t>& widths) {
  const auto shown = std::count_if(widths.begin(), widths.end(), [](size_t w) { return w > 0; });
  const size_t gaps = shown == 0 ? 0 : (static_cast<size_t>(shown) - 1) * gap;
  return std::accumulate(widths.begin(), widths.end(), gaps);
}

std::string without_trailing_spaces(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

void Table::add_row(std::vector<Cell> cells) { rows_.push_back({std::move(cells), {}}); }

void Table::add_note(Cell note) { rows_.back().notes.push_back(std::move(note)); }

std::vector<Cell> Table::heading() const {
  std::vector<Cell> cells;
  for (const auto& column : columns_) cells.push_back({column.title, Colour::dim});
  return cells;
}

std::vector<size_t> Table::full_widths() const {
  std::vector<size_t> widths(columns_.size());
  for (const auto& row : rows_)
    for (size_t i = 0; i < widths.size(); i++)
      widths[i] = std::max(widths[i], display_width(row.cells[i].text));
  for (size_t i = 0; i < widths.size(); i++)
    if (widths[i] > 0) widths[i] = std::max(widths[i], display_width(columns_[i].title));
  return widths;
}

bool Table::fits(const View& view) const {
  std::vector<size_t> widths = full_widths();
  for (size_t i = 0; i < widths.size(); i++)
    if (columns_[i].elastic) widths[i] = std::min(widths[i], elastic_least);
  return view.width == 0 || total_width(widths) <= view.width;
}

std::vector<size_t> Table::widths(size_t limit) const {
  std::vector<size_t> widths = full_widths();
  const size_t total = total_width(widths);
  size_t excess = limit > 0 && total > limit ? total - limit : 0;
  for (size_t i = widths.size(); i-- > 0;)
    if (columns_[i].elastic) shrink(widths[i], excess, elastic_least);
  for (size_t i = widths.size(); i-- > 0;) shrink(widths[i], excess, 1);
  return widths;
}

std::string Table::render_row(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                              const View& view) const {
  std::string line;
  size_t pending = 0;  // spaces owed before the next text, so that none trail
  for (size_t i = 0; i < cells.size(); i++) {
    if (widths[i] == 0) continue;
    const std::string text = cut_to_width(cells[i].text, widths[i]);
    if (!text.empty()) {
      line += std::string(pending, ' ') + view.paint(cells[i].colour, text);
      pending = 0;
    }
    pending += widths[i] - display_width(text) + gap;
  }
  return line + "\n";
}

std::string Table::render(const View& view) const {
  const std::vector<size_t> columns = widths(view.width);
  const size_t indent = columns.empty() || columns[0] == 0 ? gap : columns[0] + gap;
  std::string text;
  const bool titled = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.title.empty(); });
  if (titled && !rows_.empty()) text += render_row(heading(), columns, view);
  for (const auto& row : rows_) {
    text += render_row(row.cells, columns, view);
    for (const auto& note : row.notes)
      for (const auto& line : wrap(note.text, view.width_after(indent)))
        text += without_trailing_spaces(std::string(indent, ' ') + view.paint(note.colour, line)) +
                "\n";
  }
  return text;
}

}  // namespace overlayd::ctl
