#include "git/read/missing.h"

#include <set>

#include "git/limits.h"

namespace overlayd::git {
namespace {

const Oid null_id(40, '0');

class Search {
 public:
  explicit Search(const Repository& repository) : repository_(repository) {}

  void visit(const Oid& oid, EntryKind kind, size_t depth = 0) {
    if (kind == EntryKind::missing || kind == EntryKind::submodule) return;
    if (!seen_.insert(oid).second) return;
    if (oid == null_id)
      throw KnownFailure(FailureKind::refused, "an entry in it has the null id: nothing has that");
    if (seen_.size() > max_entries || depth > max_tree_depth)
      throw KnownFailure(FailureKind::refused,
                         fmt::format("it has more than {} files, or more than {} levels",
                                     max_entries, max_tree_depth));
    if (kind == EntryKind::directory)
      descend(oid, depth);
    else if (!repository_.has(parse_oid(oid)))
      missing_.push_back(oid);
  }

  std::vector<Oid> take() { return std::move(missing_); }

 private:
  void descend(const Oid& oid, size_t depth) {
    for (const auto& entry : repository_.entries(parse_oid(oid)))
      visit(text_of(entry.oid), entry.kind, depth + 1);
  }

  const Repository& repository_;
  std::set<Oid> seen_;
  std::vector<Oid> missing_;
};

}  // namespace

std::vector<Oid> missing_blobs(const Repository& repository, const ListMissing& request) {
  repository.refresh();
  Search search(repository);
  try {
    search.visit(request.oid, request.kind);
  } catch (const ObjectMissing& missing) {
    // fetches bring all trees: somebody committed the id of something else
    throw KnownFailure(FailureKind::refused, missing.what());
  }
  return search.take();
}

}  // namespace overlayd::git
