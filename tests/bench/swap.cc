// Prints what one swap of a live overlay takes, staging included, beside the way of older kernels,
// and umount and mount. Needs root; works in a mount namespace and a folder of its own.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "mounts/overlay.h"
#include "mounts/stage.h"

namespace {

using namespace overlayd;
constexpr int rounds = 2000;

// Median over `rounds` of what `work` takes, in microseconds.
template <typename Work>
double median_of(const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; i++) {
    const auto began = std::chrono::steady_clock::now();
    work(i);
    times.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began)
            .count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[rounds / 2];
}

void compare(const char* what, const std::string& a, const std::string& b,
             const std::string& target) {
  attach(stage(a), target, {});
  const double whole = median_of([&](int i) { swap(stage(i % 2 == 0 ? b : a), target); });
  const double propagated =
      median_of([&](int i) { swap(stage(i % 2 == 0 ? b : a), target, SwapMode::propagated); });
  const double naive = median_of([&](int i) {
    umount2(target.c_str(), MNT_DETACH);
    mount((i % 2 == 0 ? b : a).c_str(), target.c_str(), nullptr, MS_BIND, nullptr);
  });
  fmt::print("{:<52} {:>10.1f} us   by propagation {:.1f} us   umount and mount {:.1f} us\n",
             fmt::format("one swap of a {} (aim 200 us)", what), whole, propagated, naive);
  detach(target, parent_path(target));
}

}  // namespace

int main() {
  check(unshare(CLONE_NEWNS), "cannot make a mount namespace");
  check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "cannot make mounts private");
  char folder[] = "/tmp/overlayd-swap-XXXXXX";
  if (mkdtemp(folder) == nullptr) fail_with_errno("cannot make a folder");
  check(mount("tmpfs", folder, "tmpfs", 0, nullptr), "cannot mount a tmpfs");
  check(mount(nullptr, folder, nullptr, MS_SHARED, nullptr), "cannot share the tmpfs");
  const Fd dir = open_dir(folder);
  for (const char* name : {"a", "b", "target"}) make_dir_at(dir.get(), name, 0755);
  for (const char* name : {"fa", "fb", "ftarget"})
    write_file_at(dir.get(), name, name, 0644, Durability::lazy);
  const std::string top = std::string(folder) + "/";
  compare("directory", top + "a", top + "b", top + "target");
  compare("file", top + "fa", top + "fb", top + "ftarget");
  umount2(folder, MNT_DETACH);
  rmdir(folder);
}
