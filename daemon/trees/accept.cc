#include "daemon/trees/accept.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "daemon/trees/acceptance.h"
#include "mounts/underneath.h"

namespace overlayd {
namespace {

constexpr size_t max_reason_length = 500;

// Where copies are made: nothing in it takes an access list over from the folder that it is in.
Fd make_workbench(int dir, const std::string& name) {
  check(mkdirat(dir, name.c_str(), 0700), "cannot create {}", name);
  Fd folder = open_dir_at(dir, name);
  for (const char* list : {"system.posix_acl_access", "system.posix_acl_default"})
    if (fremovexattr(folder.get(), list) != 0 && errno != ENODATA && errno != EOPNOTSUPP)
      fail_with_errno(fmt::format("cannot remove access lists of {}", name));
  check(fchmod(folder.get(), 0700), "cannot set the mode of {}", name);
  return folder;
}

class Takeover {
 public:
  // By their path the trees are write-protected. `delivered` is in the same folder as they are:
  // what moves from there to here must stay on one mount.
  Takeover(const TreeStore& store, const std::string& delivered)
      : state_(without_mounts(store.around())),
        trees_(open_dir_at(state_.get(), file_name(store.folder()))),
        delivered_(open_dir(delivered)),
        workbench_(make_workbench(state_.get(),
                                  workbench_of(delivered.substr(store.around().size() + 1)))) {}

  // Copies one tree, and puts beside the trees what goes with it. False if the store has it.
  bool copy(const Delivery& delivery, uid_t writer) const {
    if (faccessat(trees_.get(), delivery.name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
      return false;
    Acceptance acceptance(delivery, writer);
    acceptance.take(delivered_.get(), workbench_.get(), delivery.name, delivery.name, 0);
    if (!acceptance.absolute_links().empty())
      write_file_at(trees_.get(), delivery.name + ".links", acceptance.absolute_links(), 0644,
                    Durability::lazy);
    return true;
  }

  // What there is of a copy: room for the others.
  void drop(const std::string& name) const { remove_tree_at(workbench_.get(), name); }

  // What is gone is not written to the disk any more. What stays is discarded with the folder.
  void forget(const std::vector<Delivery>& deliveries) const {
    for (const auto& delivery : deliveries) {
      try {
        remove_tree_at(delivered_.get(), delivery.name);
      } catch (const Error&) {
        continue;
      }
    }
  }

  // Another round may have brought the same one meanwhile.
  void publish(const std::vector<std::string>& names) const {
    check(syncfs(workbench_.get()), "cannot write trees to the disk");
    for (const auto& name : names)
      if (renameat2(workbench_.get(), name.c_str(), trees_.get(), name.c_str(), RENAME_NOREPLACE) !=
              0 &&
          errno != EEXIST)
        fail_with_errno(fmt::format("cannot put tree {} in place", name));
    check(fsync(trees_.get()), "cannot write trees to the disk");
  }

 private:
  Fd state_;
  Fd trees_;
  Fd delivered_;
  Fd workbench_;
};

}  // namespace

std::string to_text(const Refusals& refusals) {
  std::string text;
  for (const auto& [name, reason] : refusals)
    text += fmt::format("{} {}\n", name, printable(reason, max_reason_length));
  return text;
}

Refusals parse_refusals(std::string_view text) {
  Refusals refusals;
  for (const auto& line : split(text, '\n')) {
    const size_t space = line.find(' ');
    if (space != std::string::npos) refusals[line.substr(0, space)] = line.substr(space + 1);
  }
  return refusals;
}

std::string workbench_of(const std::string& delivered) { return delivered + ".accepted"; }

Refusals accept_deliveries(const TreeStore& store, const std::string& delivered,
                           const std::vector<Delivery>& deliveries, uid_t writer) {
  const Takeover takeover(store, delivered);
  Refusals refusals;
  std::vector<std::string> good;
  for (const auto& delivery : deliveries) {
    try {
      if (takeover.copy(delivery, writer)) good.push_back(delivery.name);
    } catch (const Error& error) {
      refusals[delivery.name] = error.what();
      takeover.drop(delivery.name);
    }
  }
  takeover.forget(deliveries);
  takeover.publish(good);
  return refusals;
}

}  // namespace overlayd
