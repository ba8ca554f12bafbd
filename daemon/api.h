// org.overlayd1 on the system bus: docs/dbus.md.
#pragma once

#include "base/bus.h"
#include "daemon/manager.h"

namespace overlayd {

class Api {
 public:
  // `manager` and `bus` must outlive this object.
  Api(Manager& manager, sd_bus* bus);

  // Takes the name on the bus; from here on calls come in.
  void open();

 private:
  using Method = void (Api::*)(sd_bus_message*);
  template <Method method>
  static int dispatch(sd_bus_message* message, void* data, sd_bus_error* error);
  static const sd_bus_vtable* vtable();

  void status(sd_bus_message* call);
  void log(sd_bus_message* call);
  void metrics(sd_bus_message* call);
  void web_listen(sd_bus_message* call);
  void plan(sd_bus_message* call);
  void forward(sd_bus_message* call);
  void freeze(sd_bus_message* call);
  void thaw(sd_bus_message* call);
  void rollback(sd_bus_message* call);
  void reload(sd_bus_message* call);

  using Services = std::vector<std::shared_ptr<Service>>;
  void with_units(const Services& services, const Units::States& told);
  Dict machine_status(sd_bus_message* call) const;
  std::string config_error_for(sd_bus_message* call) const;

  Manager& manager_;
  sd_bus* bus_;
  Handle<sd_bus_slot, sd_bus_slot_unref> slot_;
};

}  // namespace overlayd
