#include "git/read/census.h"

#include <algorithm>
#include <map>

#include "git/limits.h"

namespace overlayd::git {
namespace {

class Census {
 public:
  explicit Census(const Repository& repository) : repository_(repository) {}

  size_t count(const git_oid& tree, size_t depth) {
    if (depth > max_tree_depth) return max_entries + 1;
    const auto known = counts_.find(text_of(tree));
    if (known != counts_.end()) return known->second;
    size_t sum = 1;
    for (const auto& entry : repository_.entries(tree)) {
      sum += entry.kind == EntryKind::directory ? count(entry.oid, depth + 1) : 1;
      sum = std::min(sum, max_entries + 1);
    }
    return counts_[text_of(tree)] = sum;
  }

 private:
  const Repository& repository_;
  std::map<Oid, size_t> counts_;
};

}  // namespace

size_t count_entries(const Repository& repository, const git_oid& tree) {
  return Census(repository).count(tree, 0);
}

}  // namespace overlayd::git
