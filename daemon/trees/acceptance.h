// One tree on its way from the folder of an unprivileged writer to one of root's.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/fd.h"
#include "daemon/trees/accept.h"

namespace overlayd {

// Copies a tree. Throws Error at what is not acceptable; what was copied before that is left.
class Acceptance {
 public:
  Acceptance(const Delivery& delivery, uid_t writer)
      : ownership_(delivery.ownership), writer_(writer) {}

  // `name` in the folder `from`, the writer's, to the same name in `to`, root's. `path`: what it is
  // called in messages. `depth`: how many folders of the tree are around it.
  void take(int from, int to, const std::string& name, const std::string& path, int depth);

  // Targets of absolute links, a line each: whether they are allowed depends on the overlay.
  const std::string& absolute_links() const { return absolute_links_; }

 private:
  void require_acceptable(const struct stat& status, const std::string& path) const;
  Fd open_acceptable(int from, const std::string& name, int flags, struct stat& status,
                     const std::string& path) const;
  void take_directory(int from, int to, const std::string& name, const std::string& path,
                      int depth);
  void take_file(int from, int to, const std::string& name, const std::string& path);
  void own(const Fd& fd, mode_t mode, const std::string& path) const;
  void take_link(int from, int to, const std::string& name, const std::string& path, int depth);
  void check_link(std::string_view target, const std::string& path, int depth);

  Ownership ownership_;
  uid_t writer_;
  size_t entries_ = 0;
  uint64_t bytes_ = 0;
  std::string absolute_links_;
};

}  // namespace overlayd
