// What is remembered of one service: in memory, and on the disk as well as that allows.
#pragma once

#include <optional>
#include <string>

#include "daemon/state/state.h"
#include "daemon/state/store.h"
#include "daemon/steps/plan.h"

namespace overlayd {

class Record {
 public:
  // `store` must outlive this object.
  Record(const Store& store, std::string service, Remembered remembered);

  ServiceState& state() { return state_; }
  const ServiceState& state() const { return state_; }

  const std::string& service() const { return service_; }
  // It goes on under another name, of which nothing may be in place: it is that one's file then.
  void rename(const std::string& name);

  // All of it, as an earlier daemon would have left it.
  Remembered remembered() const { return {state_, open_, unreadable_}; }

  // See Remembered.
  const std::string& unreadable() const { return unreadable_; }
  // What was read after all.
  void recall(Remembered remembered);

  // Brings the disk up to date with state(). What is live on the machine is not taken back because
  // a disk is full: this never throws; error() tells, and save_again() makes up for it.
  void save(Durability durability);
  // Something else from now on, unless the disk does not take it: returns false then, and nothing
  // has changed.
  bool replace(const ServiceState& state);
  // Does nothing if the disk has everything.
  void save_again();
  // Why the disk lags behind; empty: it does not.
  const std::string& error() const { return error_; }
  int error_code() const { return error_code_; }  // errno; 0: it is none of the kernel's

  // Writes the journal of a plan that is about to be carried out. Throws Error.
  void begin(const Plan& plan);
  // The plan was carried out and its unit told, or it was taken back: the journal goes, as soon as
  // the state is on the disk.
  void seal();
  // A plan that was begun and neither carried out nor taken back.
  const std::optional<Plan>& open() const { return open_; }

 private:
  const Store& store_;
  std::string service_;
  ServiceState state_;
  std::string unreadable_;
  std::string error_;
  int error_code_ = 0;
  std::optional<Plan> open_;
  bool sealed_ = true;
};

}  // namespace overlayd
