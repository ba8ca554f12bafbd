// Owning pointers for objects of C libraries.
#pragma once

#include <memory>

namespace overlayd {

template <auto Free>
struct Release {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

// using Event = Handle<sd_event, sd_event_unref>;
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Release<Free>>;

// Lets a C function fill a handle through a T** parameter: git_repository_open(out(repo), path).
template <typename T, auto Free>
class Out {
 public:
  explicit Out(Handle<T, Free>& handle) : handle_(handle) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  Out(Out&&) = delete;
  Out& operator=(Out&&) = delete;
  ~Out() { handle_.reset(raw_); }
  operator T**() { return &raw_; }

 private:
  Handle<T, Free>& handle_;
  T* raw_ = nullptr;
};

template <typename T, auto Free>
Out<T, Free> out(std::unique_ptr<T, Release<Free>>& handle) {
  return Out<T, Free>(handle);
}

}  // namespace overlayd
