package dev.cairn.heap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cairn.cbor.Cbor;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.heap.HeapState.Serialization;
import dev.cairn.heap.RecordFailedException.Stage;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HeapStateTest {

  /** Runs whatever a test put in place before the record. */
  private static final class AnyFunction implements KeyedFunction<String> {
    ValueState<Long> count;
    ValueState<Note> note;
    MapState<String, Long> perName;
    ListState<String> names;
    ThrowingConsumer body = event -> {};

    interface ThrowingConsumer {
      void accept(String event) throws Exception;
    }

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      perName = context.getMapState(MapStateDescriptor.of("per-name", String.class, Long.class));
      count = context.getState(ValueStateDescriptor.of("count", Long.class));
      note = context.getState(ValueStateDescriptor.of("note", Note.class));
      names = context.getListState(ListStateDescriptor.of("names", String.class));
    }

    @Override
    public void process(String event, Context context) throws Exception {
      body.accept(event);
    }
  }

  record Note(String text) {}

  private final AnyFunction function = new AnyFunction();
  private final HeapState<String> heap = new HeapState<>(function, HashRange.ALL);

  private void process(String key, AnyFunction.ThrowingConsumer body) throws Exception {
    function.body = body;
    heap.process(key, "event".getBytes(UTF_8), Instant.EPOCH);
  }

  private static StateKey cell(String key, String state) {
    return StateKey.of(KeyHash.of(key), key, state, new byte[0]);
  }

  @Test
  void aCellIsDrainedOnceHoweverOftenItChanged() throws Exception {
    for (int i = 0; i < 5; i++) {
      process("a", event -> function.count.update(function.count.value().orElse(0L) + 1));
    }
    assertThat(heap.changedCells()).isEqualTo(1);
    assertThat(heap.drain())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.key()).isEqualTo(cell("a", "count"));
              assertThat(((Change.Put) change).value()).isEqualTo(Cbor.ofLong(5));
            });
    assertThat(heap.drain()).isEmpty();
  }

  @Test
  void aMapChangesEntryByEntry() throws Exception {
    process(
        "a",
        event -> {
          function.perName.put("x", 1L);
          function.perName.put("y", 2L);
        });
    heap.drain();
    process(
        "a",
        event -> {
          function.perName.remove("x");
          assertThat(function.perName.keys()).containsExactly("y");
          function.perName.remove("absent");
        });
    byte[] x = Cbor.ofText("x");
    assertThat(heap.drain())
        .containsExactly(new Change.Removed(StateKey.of(KeyHash.of("a"), "a", "per-name", x)));
  }

  @Test
  void aFailingRecordLeavesNoTrace() throws Exception {
    process("a", event -> function.count.update(1L));
    heap.drain();
    RecordFailedException e =
        catchThrowableOfType(
            RecordFailedException.class,
            () ->
                process(
                    "a",
                    event -> {
                      function.count.update(2L);
                      function.perName.put("x", 1L);
                      function.names.add("n");
                      function.count.clear();
                      throw new IllegalStateException("no");
                    }));
    assertThat(e.stage()).isEqualTo(Stage.PROCESSING);
    assertThat(e).hasMessageContaining("\"a\"").hasRootCauseMessage("no");
    assertThat(heap.changedCells()).isZero();
    assertThat(heap.ofKey("a")).hasSize(1);
    process(
        "a",
        event -> {
          assertThat(function.count.value()).contains(1L);
          assertThat(function.perName.isEmpty()).isTrue();
          assertThat(function.names.get()).isEmpty();
        });
  }

  @Test
  void anErrorOfTheFunctionIsUndoneToo() throws Exception {
    AnyFunction.ThrowingConsumer[] bodies = {
      event -> {
        function.count.update(1L);
        throw new AssertionError("user's assert");
      },
      event -> {
        function.count.update(1L);
        recurse(0);
      },
    };
    for (AnyFunction.ThrowingConsumer body : bodies) {
      assertThatThrownBy(() -> process("a", body)).isInstanceOf(RecordFailedException.class);
    }
    // Not the record's fault: nobody may put it into the dead letters.
    assertThatThrownBy(
            () ->
                process(
                    "a",
                    event -> {
                      function.count.update(1L);
                      throw new NoClassDefFoundError("com/example/Gone");
                    }))
        .isInstanceOf(NoClassDefFoundError.class);
    assertThat(heap.changedCells()).isZero();
    assertThat(heap.ofKey("a")).isEmpty();
  }

  @SuppressWarnings("InfiniteRecursion") // a stack overflow is what the test is about
  private static int recurse(int depth) {
    return recurse(depth + 1) + 1;
  }

  @Test
  void bytesThatAreNoEventFailByStage() {
    RecordFailedException e =
        catchThrowableOfType(
            RecordFailedException.class,
            () -> heap.process("a", new byte[] {(byte) 0xFF}, Instant.EPOCH));
    assertThat(e.stage()).isEqualTo(Stage.DESERIALIZATION);
    assertThat(heap.drain()).isEmpty();
  }

  @Test
  void aKeyOutsideTheRangeIsRefusedBeforeAnythingIsApplied() {
    KeyHash hash = KeyHash.of("a");
    HeapState<String> lower =
        new HeapState<>(
            function, new HashRange(new KeyHash(0, 0), new KeyHash(hash.high(), hash.low() - 1)));
    List<String> applied = new ArrayList<>();
    function.body = applied::add;
    assertThatThrownBy(() -> lower.process("a", new byte[0], Instant.EPOCH))
        .isInstanceOf(KeyOutsideRangeException.class)
        .hasMessageContaining("\"a\"")
        .hasMessageContaining(hash.toString())
        .hasMessageContaining("explicit hash key");
    assertThatThrownBy(() -> lower.requireOwned("a")).isInstanceOf(KeyOutsideRangeException.class);
    assertThat(applied).isEmpty();

    HeapState<String> exact = new HeapState<>(new AnyFunction(), new HashRange(hash, hash));
    exact.requireOwned("a");
  }

  @Test
  void aKeyThatIsNoTextFailsItsRecord() {
    for (String key : List.of("\ud83d", "x".repeat(70_000))) {
      heap.requireOwned(key);
      RecordFailedException e =
          catchThrowableOfType(
              RecordFailedException.class, () -> heap.process(key, new byte[0], Instant.EPOCH));
      assertThat(e.stage()).isEqualTo(Stage.DESERIALIZATION);
    }
    assertThat(heap.drain()).isEmpty();
  }

  @Test
  void schemasAreSortedByName() {
    assertThat(heap.schemas())
        .containsExactly(
            new StateSchema("count", "value", "long"),
            new StateSchema("names", "list", "string"),
            new StateSchema(
                "note",
                "value",
                "record:" + Note.class.getName(),
                Optional.of(
                    ValueType.composite(
                        Note.class.getName(), Map.of("text", ValueType.named("String"))))),
            new StateSchema("per-name", "map", "string,long"));
  }

  @Test
  void aStateStoredOtherwiseIsRefused() {
    for (StateSchema stored :
        List.of(
            new StateSchema("count", "value", "string"),
            new StateSchema("count", "list", "long"),
            new StateSchema("per-name", "map", "string,string"))) {
      StateSchema other = new StateSchema("other", "value", "long");
      assertThatThrownBy(() -> heap.requireCompatible(List.of(other, stored)))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining(stored.name())
          .hasMessageContaining(stored.serializers())
          .hasMessageContaining("under another name");
    }
    assertThat(heap.schemas()).hasSize(4);
  }

  @Test
  void aStateThatIsNoLongerDeclaredIsCarriedAlong() throws Exception {
    StateSchema gone = new StateSchema("gone", "map", "a,b");
    heap.requireCompatible(List.of(new StateSchema("count", "value", "long"), gone));
    StateKey place = StateKey.of(KeyHash.of("a"), "a", "gone", new byte[] {1});
    StateKey another = StateKey.of(KeyHash.of("b"), "b", "gone", new byte[] {1});
    heap.load(new Change.Put(place, new byte[] {42}));
    heap.load(new Change.Put(another, new byte[] {43}));
    process("a", event -> function.count.update(1L));
    assertThat(heap.schemas()).contains(gone).hasSize(5);
    assertThat(heap.drain()).extracting(Change::key).containsExactly(cell("a", "count"));
    assertThat(heap.ofKey("a"))
        .extracting(Change.Put::key)
        .isSorted()
        .containsExactlyInAnyOrder(cell("a", "count"), place);
    List<StateKey> all = new ArrayList<>();
    heap.forEach(put -> all.add(put.key()));
    assertThat(all).isSorted().containsExactlyInAnyOrder(cell("a", "count"), place, another);
    heap.load(new Change.Removed(place));
    assertThat(heap.ofKey("a")).hasSize(1);
  }

  @Test
  void whatIsLoadedIsNoChange() throws Exception {
    heap.load(new Change.Put(cell("a", "count"), Cbor.ofLong(7)));
    heap.load(new Change.Put(cell("b", "count"), Cbor.ofLong(8)));
    heap.load(new Change.Removed(cell("b", "count")));
    heap.load(new Change.Removed(cell("c", "count")));
    assertThat(heap.drain()).isEmpty();
    process("a", event -> assertThat(function.count.value()).contains(7L));
    process("b", event -> assertThat(function.count.value()).isEmpty());
    assertThat(heap.drain()).isEmpty();
  }

  @Test
  void loadingOverUndrainedChangesIsRefused() throws Exception {
    process("a", event -> function.count.update(1L));
    assertThatThrownBy(() -> heap.load(new Change.Removed(cell("a", "count"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not drained");
  }

  @Test
  void malformedCellsAreRefused() {
    HashRange nothing = new HashRange(new KeyHash(0, 0), new KeyHash(0, 0));
    assertThatThrownBy(
            () ->
                new HeapState<>(new AnyFunction(), nothing)
                    .load(new Change.Removed(cell("a", "count"))))
        .hasMessageContaining("outside the hash range");
    assertThatThrownBy(
            () ->
                heap.load(
                    new Change.Removed(StateKey.of(KeyHash.of("a"), "a", "count", new byte[] {1}))))
        .hasMessageContaining("has a place");
  }

  @Test
  void aStoredValueThatCannotBeDecodedBlamesNoRecord() {
    for (Consumer<AnyFunction> reader :
        List.<Consumer<AnyFunction>>of(
            f -> f.note.value(),
            f -> {
              try {
                f.note.value();
              } catch (RuntimeException swallowed) {
                f.count.update(1L);
              }
            })) {
      HeapState<String> fresh = new HeapState<>(function, HashRange.ALL);
      fresh.load(new Change.Put(cell("a", "note"), Cbor.ofLong(1)));
      function.body = event -> reader.accept(function);
      assertThatThrownBy(() -> fresh.process("a", new byte[0], Instant.EPOCH))
          .isInstanceOf(UnreadableStateException.class)
          .hasMessageContaining("a/note")
          .hasMessageContaining(Note.class.getName());
      assertThat(fresh.changedCells()).isZero();
    }
  }

  @Test
  void aValueThatCannotBeStoredFailsTheRecordThatLeavesIt() {
    for (Serialization serialization : Serialization.values()) {
      HeapState<String> any = new HeapState<>(function, HashRange.ALL, serialization);
      function.body = event -> function.note.update(new Note("\ud83d"));
      assertThatThrownBy(() -> any.process("a", new byte[0], Instant.EPOCH))
          .isInstanceOf(RecordFailedException.class)
          .hasMessageContaining("component \"text\"");
      assertThat(any.drain()).isEmpty();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // users' code is not checked for nulls
  void aRefusedValueThatTheFunctionCatchesLeavesNoCell() throws Exception {
    process(
        "a",
        event -> {
          assertThatThrownBy(() -> function.perName.put("\ud83d", 1L))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> function.count.update(null))
              .isInstanceOf(NullPointerException.class);
          assertThatThrownBy(() -> function.names.add(null))
              .isInstanceOf(NullPointerException.class);
        });
    assertThat(heap.drain()).isEmpty();
    assertThat(heap.ofKey("a")).isEmpty();
  }

  @Test
  void stateHasNoKeyOutsideProcess() throws Exception {
    process("a", event -> function.count.update(1L));
    assertThatThrownBy(() -> function.count.value())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside process()");
  }

  /** Declares what it is told to, and keeps the context. */
  private static final class Declaring implements KeyedFunction<String> {
    private final List<String> names;
    private RuntimeContext kept;

    Declaring(String... names) {
      this.names = List.of(names);
    }

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      kept = context;
      names.forEach(name -> context.getState(ValueStateDescriptor.of(name, Long.class)));
    }

    @Override
    public void process(String event, Context context) {}
  }

  @Test
  void statesAreDeclaredOnceByNameAndInOpen() {
    assertThatThrownBy(() -> new HeapState<>(new Declaring("x", "x"), HashRange.ALL))
        .hasMessageContaining("\"x\" is declared twice");
    assertThatThrownBy(() -> new HeapState<>(new Declaring(""), HashRange.ALL))
        .hasMessageContaining("1 to 200 characters");
    Declaring function = new Declaring("x");
    assertThat(new HeapState<>(function, HashRange.ALL).schemas()).hasSize(1);
    assertThatThrownBy(() -> function.kept.getState(ValueStateDescriptor.of("y", Long.class)))
        .hasMessageContaining("declared after open()");
  }

  @Test
  void onlyAFunctionThatFeedsAStreamNamesKeys() {
    assertThatThrownBy(() -> function.keyOf("event"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("override keyOf(event)");
  }
}
