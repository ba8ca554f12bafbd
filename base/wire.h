// The bytes of messages between our own programs: numbers, strings and lists, each with its length.
//
// The reader trusts nothing: it throws Error at anything short, long or over a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

// Longest message in bytes; below the kernel's default socket buffer (212,992, half of it payload).
constexpr size_t max_message_bytes = size_t{96} * 1024;

class WireWriter {
 public:
  void number(uint64_t value);
  void text(std::string_view value);
  void texts(const std::vector<std::string>& values);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}
  uint64_t number();
  // A number that must not be above `limit`: an enum's last value, a count.
  uint64_t number_up_to(uint64_t limit);
  std::string text();
  std::vector<std::string> texts();
  // Throws unless everything was read.
  void end() const;

 private:
  std::string_view rest_;
};

}  // namespace overlayd
