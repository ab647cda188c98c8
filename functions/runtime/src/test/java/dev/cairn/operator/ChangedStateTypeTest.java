package dev.cairn.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.backend.heap.OnHeap;
import dev.cairn.operator.StoredValues.Text;
import dev.cairn.state.HashRange;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.time.DayOfWeek;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A stored value whose type has changed is read, or refused before anything is read. */
class ChangedStateTypeTest {
  private static StateSchema stored(String components) {
    return new StateSchema(
        "value",
        "value",
        "record:" + Text.class.getName(),
        Optional.of(ValueType.parse(Text.class.getName() + components)));
  }

  @Test
  void aComponentWhoseTypeChangedIsRefusedBeforeAnythingIsRead() {
    Operator<String> heap = OnHeap.open(new Storing<>(new Text("a")), HashRange.ALL);
    assertThatThrownBy(() -> heap.state().requireCompatible(List.of(stored("{text=long}"))))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("component \"text\" of state \"value\" is stored as long")
        .hasMessageContaining("declares it as String");
  }

  @Test
  void aComponentThatWasRemovedIsRemembered() {
    Operator<String> heap = OnHeap.open(new Storing<>(new Text("a")), HashRange.ALL);
    heap.state().requireCompatible(List.of(stored("{gone=long}")));
    assertThat(heap.state().schemas()).contains(stored("{text=String,~gone=long}"));
  }

  @Test
  void anEnumThatHasLostAConstantIsRefusedBeforeAnythingIsRead() {
    KeyedStateBackend heap = OnHeap.open(new Storing<>(DayOfWeek.MONDAY), HashRange.ALL).state();
    StateSchema declared =
        heap.schemas().stream()
            .filter(schema -> schema.name().equals("value"))
            .findFirst()
            .orElseThrow();
    ValueType week = declared.type().orElseThrow();

    heap.requireCompatible(
        List.of(with(declared, "enum:java.time.DayOfWeek<SUNDAY,MONDAY>"), declared));
    heap.requireCompatible(List.of(with(declared, "enum:java.time.DayOfWeek")));
    assertThat(heap.schemas()).contains(with(declared, week.toString()));
    assertThatThrownBy(
            () ->
                heap.requireCompatible(
                    List.of(with(declared, "enum:java.time.DayOfWeek<MONDAY,MITTWOCH>"))))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining(
            "state \"value\" is stored as enum java.time.DayOfWeek with the constant MITTWOCH")
        .hasMessageContaining("declares it as the enum without it");
  }

  private static StateSchema with(StateSchema schema, String type) {
    return new StateSchema(
        schema.name(), schema.kind(), schema.serializers(), Optional.of(ValueType.parse(type)));
  }
}
