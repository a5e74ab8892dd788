// SPDX-License-Identifier: Apache-2.0
#include "app/manifest_shape.h"

#include <boost/json.hpp>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/time.h"
#include "workloads/quantity.h"

namespace carbon::app {
namespace {

namespace json = boost::json;

std::string_view KindOf(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::string:
      return "text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

/// Looks at fields and remembers the first that is not what it has to be.
class Shape {
 public:
  using Look = std::function<void(const json::object&)>;

  /// The object under `key`, where there is one.
  void Object(const json::object& parent, std::string_view key, const Look& look) {
    const json::value* value = parent.if_contains(key);
    Within("." + std::string(key), [&] { Object(value, look); });
  }

  /// Each object in the list under `key`, where there is one.
  void Objects(const json::object& parent, std::string_view key, const Look& look) {
    Items(parent, key, [&](const json::value& item) { Object(&item, look); });
  }

  void Texts(const json::object& parent, const std::initializer_list<std::string_view>& keys) {
    for (const std::string_view key : keys) {
      const json::value* value = parent.if_contains(key);
      if (value != nullptr && !value->is_null() && !value->is_string()) {
        Within("." + std::string(key), [&] { NotText(*value); });
      }
    }
  }

  /// What is not there is wrong: `path` without its first dot.
  void Require(bool there, const std::string& path, const std::string& why) {
    if (!there) {
      Within(path, [&] { Fail(why); });
    }
  }

  /// A list of text under `key`.
  void TextList(const json::object& parent, std::string_view key) {
    Items(parent, key, [this](const json::value& item) {
      if (!item.is_string()) {
        NotText(item);
      }
    });
  }

  /// A time under `key`, where there is one.
  void TimeText(const json::object& parent, std::string_view key) {
    Texts(parent, {key});
    const json::value* value = parent.if_contains(key);
    if (value != nullptr && value->is_string() && !ParseTime(value->get_string())) {
      Within("." + std::string(key), [&] {
        Fail("'" + Printable(value->get_string()) + "' is no time such as 2021-07-01T00:00:00Z");
      });
    }
  }

  /// An object of text under `key`.
  void TextMap(const json::object& parent, std::string_view key) {
    Object(parent, key, [this](const json::object& map) {
      for (const auto& [name, value] : map) {
        if (!value.is_string()) {
          Within("." + Printable(name), [&] { NotText(value); });
        }
      }
    });
  }

  /// An object of quantities under `key`.
  void Quantities(const json::object& parent, std::string_view key) {
    Object(parent, key, [this](const json::object& map) {
      for (const auto& [name, value] : map) {
        Within("." + Printable(name), [&] { Quantity(value); });
      }
    });
  }

  const std::string& why() const { return why_; }

 private:
  template <typename Body>
  void Within(const std::string& step, const Body& body) {
    const size_t before = path_.size();
    path_ += path_.empty() && step.front() == '.' ? step.substr(1) : step;
    body();
    path_.resize(before);
  }

  template <typename LookAtItem>
  void Items(const json::object& parent, std::string_view key, const LookAtItem& look) {
    const json::value* value = parent.if_contains(key);
    if (value == nullptr || value->is_null()) {
      return;
    }
    Within("." + std::string(key), [&] {
      if (!value->is_array()) {
        Fail("must be a list, not " + std::string(KindOf(*value)));
        return;
      }
      for (size_t i = 0; i < value->get_array().size(); ++i) {
        Within("[" + std::to_string(i) + "]", [&] { look(value->get_array()[i]); });
      }
    });
  }

  void Object(const json::value* value, const Look& look) {
    if (value == nullptr || value->is_null()) {
      return;
    }
    if (value->is_object()) {
      look(value->get_object());
    } else {
      Fail("must be an object, not " + std::string(KindOf(*value)));
    }
  }

  void NotText(const json::value& value) {
    Fail("must be text, not " + std::string(KindOf(value)) + ": put it in quotes");
  }

  void Quantity(const json::value& value) {
    const std::string text = value.is_string()   ? std::string(value.get_string())
                             : value.is_double() ? Shortest(value.get_double())
                                                 : json::serialize(value);
    if (!(value.is_string() || value.is_number()) || !workloads::ParseQuantity(text)) {
      Fail("'" + Printable(text) + "' is not a quantity such as 4, 500m or 8Gi");
    }
  }

  void Fail(const std::string& why) {
    if (why_.empty()) {
      why_ = path_ + ": " + why;
    }
  }

  std::string path_;
  std::string why_;
};

void LookAtMetadata(Shape& shape, const json::object& object) {
  shape.Object(object, "metadata", [&](const json::object& metadata) {
    shape.Texts(metadata, {"name", "generateName", "namespace"});
    shape.TimeText(metadata, "creationTimestamp");
    shape.TextMap(metadata, "labels");
    shape.TextMap(metadata, "annotations");
  });
}

void LookAtResources(Shape& shape, const json::object& parent) {
  shape.Object(parent, "resources", [&](const json::object& resources) {
    shape.Quantities(resources, "requests");
    shape.Quantities(resources, "limits");
  });
}

void LookAtNodeAffinity(Shape& shape, const json::object& affinity) {
  const auto look_at_term = [&](const json::object& term) {
    for (const char* const list : {"matchExpressions", "matchFields"}) {
      shape.Objects(term, list, [&](const json::object& expression) {
        shape.Texts(expression, {"key", "operator"});
        shape.TextList(expression, "values");
      });
    }
  };
  shape.Object(affinity, "nodeAffinity", [&](const json::object& of_nodes) {
    shape.Object(of_nodes, "requiredDuringSchedulingIgnoredDuringExecution",
                 [&](const json::object& required) {
                   shape.Objects(required, "nodeSelectorTerms", look_at_term);
                 });
  });
}

void LookAtPod(Shape& shape, const json::object& pod) {
  LookAtMetadata(shape, pod);
  bool has_container = false;
  shape.Object(pod, "spec", [&](const json::object& spec) {
    const json::value* containers = spec.if_contains("containers");
    has_container = containers != nullptr && containers->is_array() &&
                    !containers->get_array().empty() && containers->get_array()[0].is_object();
    for (const char* const list : {"containers", "initContainers"}) {
      shape.Objects(spec, list, [&](const json::object& container) {
        shape.Texts(container, {"restartPolicy"});
        LookAtResources(shape, container);
      });
    }
    LookAtResources(shape, spec);
    shape.Quantities(spec, "overhead");
    shape.TextMap(spec, "nodeSelector");
    shape.Objects(spec, "tolerations", [&](const json::object& toleration) {
      shape.Texts(toleration, {"key", "operator", "value", "effect"});
    });
    shape.Object(spec, "affinity",
                 [&](const json::object& affinity) { LookAtNodeAffinity(shape, affinity); });
  });
  shape.Require(has_container, ".spec.containers", "a pod needs one at least");
}

Status StatusOf(const Shape& shape) {
  return shape.why().empty() ? Status() : Status(Invalid(shape.why()));
}

}  // namespace

Status CheckPodShape(const json::object& pod) {
  Shape shape;
  LookAtPod(shape, pod);
  return StatusOf(shape);
}

Status CheckJobShape(const json::object& job) {
  Shape shape;
  LookAtMetadata(shape, job);
  bool has_template = false;
  shape.Object(job, "spec", [&](const json::object& spec) {
    shape.Object(spec, "template", [&](const json::object& pod_template) {
      has_template = true;
      LookAtPod(shape, pod_template);
    });
  });
  shape.Require(has_template, ".spec.template", "a Job needs one");
  return StatusOf(shape);
}

}  // namespace carbon::app
