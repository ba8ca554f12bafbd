// Mounts that nobody but this test program sees.
#pragma once

#include <string>
#include <utility>

namespace overlayd::test {

// Moves this process into a mount namespace of its own; again does no harm.
void make_mounts_private();

// A mount that goes with this object.
class Mounted {
 public:
  explicit Mounted(std::string target) : target_(std::move(target)) {}
  Mounted(Mounted&& other) noexcept : target_(std::exchange(other.target_, "")) {}
  Mounted& operator=(Mounted&&) = delete;
  ~Mounted();

 private:
  std::string target_;
};

// These need private mounts. `bind` is read-only if that is asked for.
enum class Access { writable, read_only };
[[nodiscard]] Mounted bind(const std::string& source, const std::string& target,
                           Access access = Access::writable);
// A small file system, and no space left on it.
[[nodiscard]] Mounted mount_disk(const std::string& target);
void fill_disk(const std::string& target);

}  // namespace overlayd::test
