// The atomic operations that a service at a commit amounts to, and their text form.
//
// A service's list of steps says what its part of the machine looks like. Nothing else changes the
// machine: every change is the difference between two such lists (plan.h), carried out by apply.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace overlayd {

enum class StepKind {
  package,     // PACKAGE nginx               the package is installed
  checkout,    // CHECKOUT <folder> <name>    the folder's `current` is that checkout
  directory,   // MKDIR /etc/grafana          a directory of ours is there
  file,        // TOUCH /etc/motd             an empty file of ours is there
  mount,       // MOUNT /etc/grafana <tree>   the tree (a directory) shows there
  mount_file,  // MOUNTFILE /etc/motd <tree>  the tree (a plain file) shows there
  link,        // LINK /etc/grafana <target>  a symbolic link of ours is there
  show,        // SHOW /etc/grafana <tree>    what that link leads to: CHECKOUT brings it about
  unit         // UNIT nginx.service reload   the unit uses all this; how to tell it
};

struct Step {
  StepKind kind = StepKind::directory;
  std::string subject;  // the path, package or unit
  std::string value;    // tree, checkout, target or action; empty where there is none
  std::string origin;   // where it comes from: "services.toml:12 grafana/etc@8bd0e77"; not compared

  // The same thing on the machine, perhaps with another value.
  bool same_place(const Step& other) const {
    return kind == other.kind && subject == other.subject;
  }
  bool operator==(const Step& other) const { return same_place(other) && value == other.value; }
};

using Steps = std::vector<Step>;

// A bind overlay.
bool is_mount(const Step& step);
// What an overlay of either kind shows.
bool is_overlay(const Step& step);
// A thing of ours that is there without an overlay, to stand on or to lead somewhere.
bool is_place(const Step& step);

// The words for making it, taking it back, and changing its value in place; empty where that does
// not exist: a package is never taken back, and an action on a unit cannot be.
struct StepWords {
  StepKind kind;
  std::string_view make;
  std::string_view undo;
  std::string_view change;
  bool has_value;
};
const StepWords& words_of(StepKind kind);
const std::vector<StepWords>& all_step_words();

// "MOUNT /etc/grafana 9c1e…  # services.toml:12 …". White space, '#', '\' and control characters in
// subject and value are written as \xNN, so that a line is a step.
std::string to_text(const Step& step);
std::string to_text(const Steps& steps);

// The reverse; throws Error that names the line.
Step parse_step(std::string_view line);
Steps parse_steps(std::string_view text);

// A line as words and its origin; words are unescaped. Used by the text forms of steps and plans.
struct Line {
  std::vector<std::string> words;
  std::string origin;
};
Line parse_line(std::string_view text);
std::string to_text(const Line& line);

}  // namespace overlayd
