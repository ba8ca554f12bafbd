#include "git/read/diff.h"

#include <map>
#include <utility>

#include "git/limits.h"

namespace overlayd::git {
namespace {

bool is_file(EntryKind kind) { return kind == EntryKind::file || kind == EntryKind::executable; }

class Comparison {
 public:
  explicit Comparison(const Repository& repository) : repository_(repository) {}

  void compare(const Entry& before, const Entry& after, const std::string& path, size_t depth = 0) {
    if (before.kind == after.kind && before.oid == after.oid) return;
    if (depth > max_tree_depth)
      throw KnownFailure(FailureKind::refused,
                         fmt::format("it has more than {} levels", max_tree_depth));
    const bool had_directory = before.kind == EntryKind::directory;
    const bool has_directory = after.kind == EntryKind::directory;
    if (had_directory || has_directory)
      compare_directories(had_directory ? before : Entry{}, has_directory ? after : Entry{}, path,
                          depth);
    compare_leaves(had_directory ? Entry{} : before, has_directory ? Entry{} : after, path);
  }

  std::vector<Difference> take() { return std::move(found_); }

 private:
  using Pairs = std::map<std::string, std::pair<Entry, Entry>>;

  void compare_directories(const Entry& before, const Entry& after, const std::string& path,
                           size_t depth) {
    Pairs pairs;
    for (auto& [name, entry] : entries(before)) pairs[name].first = entry;
    for (auto& [name, entry] : entries(after)) pairs[name].second = entry;
    const std::string folder = path.empty() ? "" : path + "/";
    for (const auto& [name, pair] : pairs)
      compare(pair.first, pair.second, fmt::format("{}{}", folder, name), depth + 1);
  }

  void compare_leaves(const Entry& before, const Entry& after, const std::string& path) {
    if (before.kind == EntryKind::missing && after.kind == EntryKind::missing) return;
    const bool same_type =
        before.kind == after.kind || (is_file(before.kind) && is_file(after.kind));
    const char status = before.kind == EntryKind::missing  ? 'A'
                        : after.kind == EntryKind::missing ? 'D'
                        : same_type                        ? 'M'
                                                           : 'T';
    if (found_.size() >= max_entries)
      throw KnownFailure(FailureKind::refused,
                         fmt::format("more than {} files differ", max_entries));
    found_.push_back({status, path});
  }

  std::map<std::string, Entry> entries(const Entry& directory) {
    std::map<std::string, Entry> result;
    if (directory.kind == EntryKind::missing) return result;
    for (auto& entry : repository_.entries(parse_oid(directory.oid)))
      result[entry.name] = {entry.kind, text_of(entry.oid)};
    return result;
  }

  const Repository& repository_;
  std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> differences(const Repository& repository, const Diff& request) {
  Comparison comparison(repository);
  try {
    comparison.compare({request.before_kind, request.before}, {request.after_kind, request.after},
                       "");
  } catch (const ObjectMissing& missing) {
    // fetches bring all trees: somebody committed the id of something else
    throw KnownFailure(FailureKind::refused, missing.what());
  }
  return comparison.take();
}

}  // namespace overlayd::git
