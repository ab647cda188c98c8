package dev.cairn.operator;

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
import dev.cairn.operator.RecordFailedException.Stage;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import dev.cairn.state.ValueType;
import dev.cairn.testing.FunctionHarness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract of a {@link KeyedStateBackend}: what a function sees of its state, what is drained,
 * and what a failed record leaves behind. Random histories of records, failures, drains and reloads
 * are compared cell by cell with {@link FunctionHarness}, which was written apart.
 */
public abstract class KeyedStateBackendContract {
  /** The backend under test. */
  protected abstract KeyedStateBackend.Factory backend();

  private <E> Operator<E> open(KeyedFunction<E> function, HashRange range) {
    return open(function, range, Serialization.AT_DRAIN);
  }

  private <E> Operator<E> open(
      KeyedFunction<E> function, HashRange range, Serialization serialization) {
    return Operator.open(function, backend(), range, serialization);
  }

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
  private final Operator<String> operator = open(function, HashRange.ALL);

  private void process(String key, AnyFunction.ThrowingConsumer body) throws Exception {
    function.body = body;
    operator.process(key, "event".getBytes(UTF_8), Instant.EPOCH);
  }

  private static StateKey cell(String key, String state) {
    return StateKey.of(KeyHash.of(key), key, state, new byte[0]);
  }

  @Test
  void noStateIsDeclaredOnceAKeyIsKnown() {
    KeyedStateBackend state = backend().create("function", HashRange.ALL, Serialization.AT_DRAIN);
    var count = state.valueState(ValueStateDescriptor.of("count", Long.class));
    state.setCurrentKey("a");
    assertThat(count.value()).isEmpty();
    assertThatThrownBy(() -> state.valueState(ValueStateDescriptor.of("late", Long.class)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("\"late\"");
  }

  @Test
  void aCellIsDrainedOnceHoweverOftenItChanged() throws Exception {
    for (int i = 0; i < 5; i++) {
      process("a", event -> function.count.update(function.count.value().orElse(0L) + 1));
    }
    assertThat(operator.state().changedCells()).isEqualTo(1);
    assertThat(operator.state().drain())
        .singleElement()
        .satisfies(
            change -> {
              assertThat(change.key()).isEqualTo(cell("a", "count"));
              assertThat(((Change.Put) change).value()).isEqualTo(Cbor.ofLong(5));
            });
    assertThat(operator.state().drain()).isEmpty();
  }

  @Test
  void aMapChangesEntryByEntry() throws Exception {
    process(
        "a",
        event -> {
          function.perName.put("x", 1L);
          function.perName.put("y", 2L);
        });
    operator.state().drain();
    process(
        "a",
        event -> {
          function.perName.remove("x");
          assertThat(function.perName.keys()).containsExactly("y");
          function.perName.remove("absent");
        });
    byte[] x = Cbor.ofText("x");
    assertThat(operator.state().drain())
        .containsExactly(new Change.Removed(StateKey.of(KeyHash.of("a"), "a", "per-name", x)));
  }

  @Test
  void aFailingRecordLeavesNoTrace() throws Exception {
    process("a", event -> function.count.update(1L));
    operator.state().drain();
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
    assertThat(operator.state().changedCells()).isZero();
    assertThat(cellsOf(operator)).hasSize(1);
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
    assertThat(operator.state().changedCells()).isZero();
    assertThat(cellsOf(operator)).isEmpty();
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
            () -> operator.process("a", new byte[] {(byte) 0xFF}, Instant.EPOCH));
    assertThat(e.stage()).isEqualTo(Stage.DESERIALIZATION);
    assertThat(operator.state().drain()).isEmpty();
  }

  @Test
  void aKeyOutsideTheRangeIsRefusedBeforeAnythingIsApplied() {
    KeyHash hash = KeyHash.of("a");
    Operator<String> lower =
        open(function, new HashRange(new KeyHash(0, 0), new KeyHash(hash.high(), hash.low() - 1)));
    List<String> applied = new ArrayList<>();
    function.body = applied::add;
    assertThatThrownBy(() -> lower.process("a", new byte[0], Instant.EPOCH))
        .isInstanceOf(KeyOutsideRangeException.class)
        .hasMessageContaining("\"a\"")
        .hasMessageContaining(hash.toString())
        .hasMessageContaining("explicit hash key");
    assertThat(applied).isEmpty();

    Operator<String> exact = open(new AnyFunction(), new HashRange(hash, hash));
    exact.state().setCurrentKey("a");
  }

  private void count(Operator<String> on, Optional<KeyHash> hash) throws Exception {
    function.body = event -> function.count.update(function.count.value().orElse(0L) + 1);
    on.process("a", hash, "event".getBytes(UTF_8), Instant.EPOCH);
  }

  private static StateKey countUnder(KeyHash hash) {
    return StateKey.of(hash, "a", "count", new byte[0]);
  }

  private static Map<StateKey, String> counts(List<Change> changes) {
    Map<StateKey, String> counts = new LinkedHashMap<>();
    for (Change change : changes) {
      counts.put(change.key(), HexFormat.of().formatHex(((Change.Put) change).value()));
    }
    return counts;
  }

  @Test
  void aKeyHasAStateUnderEachOfItsHashes() throws Exception {
    KeyHash explicit = new KeyHash(7, 7);
    KeyHash another = new KeyHash(8, 8);
    KeyHash own = KeyHash.of("a");
    count(operator, Optional.of(explicit));
    count(operator, Optional.empty());
    count(operator, Optional.of(another));
    count(operator, Optional.of(explicit));
    count(operator, Optional.of(own));

    List<Change> drained = operator.state().drain();

    assertThat(counts(drained))
        .isEqualTo(
            Map.of(countUnder(explicit), "02", countUnder(another), "01", countUnder(own), "02"));
    // A backend that loads them in any order has the same ones.
    for (List<Change> order : List.of(drained, drained.reversed())) {
      AnyFunction cold = new AnyFunction();
      Operator<String> loaded = open(cold, HashRange.ALL);
      order.forEach(loaded.state()::load);
      List<Long> found = new ArrayList<>();
      cold.body = event -> found.add(cold.count.value().orElse(0L));
      for (Optional<KeyHash> hash :
          List.of(Optional.of(explicit), Optional.of(another), Optional.<KeyHash>empty())) {
        loaded.process("a", hash, "event".getBytes(UTF_8), Instant.EPOCH);
      }
      assertThat(found).containsExactly(2L, 1L, 2L);
      List<Change.Put> all = new ArrayList<>();
      loaded.state().forEach(all::add);
      assertThat(all).hasSize(3);
    }
  }

  @Test
  void aStateUnderAnExplicitHashIsRemovedAlone() throws Exception {
    KeyHash explicit = new KeyHash(7, 7);
    count(operator, Optional.empty());
    operator.state().drain();
    long retained = operator.state().retainedBytes();
    count(operator, Optional.of(explicit));
    operator.state().drain();
    function.body = event -> function.count.clear();
    operator.process("a", Optional.of(explicit), new byte[0], Instant.EPOCH);
    assertThat(operator.state().drain()).containsExactly(new Change.Removed(countUnder(explicit)));
    assertThat(operator.state().retainedBytes()).isEqualTo(retained);

    count(operator, Optional.of(explicit));
    count(operator, Optional.empty());

    assertThat(counts(operator.state().drain()))
        .isEqualTo(Map.of(countUnder(explicit), "01", countUnder(KeyHash.of("a")), "02"));
  }

  @Test
  void theRangeIsOneOfTheHashesUnderWhichStateIsKept() throws Exception {
    KeyHash hash = new KeyHash(7, 7);
    Operator<String> narrow = open(function, new HashRange(hash, hash));
    count(narrow, Optional.of(hash));

    assertThat(counts(narrow.state().drain())).isEqualTo(Map.of(countUnder(hash), "01"));
    for (Optional<KeyHash> other :
        List.of(Optional.<KeyHash>empty(), Optional.of(new KeyHash(7, 8)))) {
      assertThatThrownBy(() -> count(narrow, other)).isInstanceOf(KeyOutsideRangeException.class);
    }
  }

  @Test
  void aKeyThatIsNoTextFailsItsRecord() {
    for (String key : List.of("\ud83d", "x".repeat(70_000))) {
      RecordFailedException e =
          catchThrowableOfType(
              RecordFailedException.class, () -> operator.process(key, new byte[0], Instant.EPOCH));
      assertThat(e.stage()).isEqualTo(Stage.DESERIALIZATION);
    }
    assertThat(operator.state().drain()).isEmpty();
  }

  @Test
  void schemasAreSortedByName() {
    assertThat(operator.state().schemas())
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
      assertThatThrownBy(() -> operator.state().requireCompatible(List.of(other, stored)))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining(stored.name())
          .hasMessageContaining(stored.serializers())
          .hasMessageContaining("under another name");
    }
    assertThat(operator.state().schemas()).hasSize(4);
  }

  @Test
  void aStateThatIsNoLongerDeclaredIsCarriedAlong() throws Exception {
    StateSchema gone = new StateSchema("gone", "map", "a,b");
    operator.state().requireCompatible(List.of(new StateSchema("count", "value", "long"), gone));
    StateKey place = StateKey.of(KeyHash.of("a"), "a", "gone", new byte[] {1});
    StateKey another = StateKey.of(KeyHash.of("b"), "b", "gone", new byte[] {1});
    operator.state().load(new Change.Put(place, new byte[] {42}));
    operator.state().load(new Change.Put(another, new byte[] {43}));
    process("a", event -> function.count.update(1L));
    assertThat(operator.state().schemas()).contains(gone).hasSize(5);
    assertThat(operator.state().drain())
        .extracting(Change::key)
        .containsExactly(cell("a", "count"));
    assertThat(cellsOf(operator)).containsOnlyKeys(cell("a", "count"), place, another);
    operator.state().load(new Change.Removed(place));
    assertThat(cellsOf(operator)).containsOnlyKeys(cell("a", "count"), another);
  }

  @Test
  void whatIsLoadedIsNoChange() throws Exception {
    operator.state().load(new Change.Put(cell("a", "count"), Cbor.ofLong(7)));
    operator.state().load(new Change.Put(cell("b", "count"), Cbor.ofLong(8)));
    operator.state().load(new Change.Removed(cell("b", "count")));
    operator.state().load(new Change.Removed(cell("c", "count")));
    assertThat(operator.state().drain()).isEmpty();
    process("a", event -> assertThat(function.count.value()).contains(7L));
    process("b", event -> assertThat(function.count.value()).isEmpty());
    assertThat(operator.state().drain()).isEmpty();
  }

  @Test
  void loadingOverUndrainedChangesIsRefused() throws Exception {
    process("a", event -> function.count.update(1L));
    assertThatThrownBy(() -> operator.state().load(new Change.Removed(cell("a", "count"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not drained");
  }

  @Test
  void malformedCellsAreRefused() {
    HashRange nothing = new HashRange(new KeyHash(0, 0), new KeyHash(0, 0));
    assertThatThrownBy(
            () ->
                open(new AnyFunction(), nothing)
                    .state()
                    .load(new Change.Removed(cell("a", "count"))))
        .hasMessageContaining("outside the hash range");
    assertThatThrownBy(
            () ->
                operator
                    .state()
                    .load(
                        new Change.Removed(
                            StateKey.of(KeyHash.of("a"), "a", "count", new byte[] {1}))))
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
      Operator<String> fresh = open(function, HashRange.ALL);
      fresh.state().load(new Change.Put(cell("a", "note"), Cbor.ofLong(1)));
      function.body = event -> reader.accept(function);
      assertThatThrownBy(() -> fresh.process("a", new byte[0], Instant.EPOCH))
          .isInstanceOf(UnreadableStateException.class)
          .hasMessageContaining("a/note")
          .hasMessageContaining(Note.class.getName());
      assertThat(fresh.state().changedCells()).isZero();
    }
  }

  @Test
  void aValueThatCannotBeStoredFailsTheRecordThatLeavesIt() {
    for (Serialization serialization : Serialization.values()) {
      Operator<String> any = open(function, HashRange.ALL, serialization);
      function.body = event -> function.note.update(new Note("\ud83d"));
      assertThatThrownBy(() -> any.process("a", new byte[0], Instant.EPOCH))
          .isInstanceOf(RecordFailedException.class)
          .hasMessageContaining("component \"text\"");
      assertThat(any.state().drain()).isEmpty();
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
    assertThat(operator.state().drain()).isEmpty();
    assertThat(cellsOf(operator)).isEmpty();
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
    assertThatThrownBy(() -> open(new Declaring("x", "x"), HashRange.ALL))
        .hasMessageContaining("\"x\" is declared twice");
    assertThatThrownBy(() -> open(new Declaring(""), HashRange.ALL))
        .hasMessageContaining("1 to 200 characters");
    Declaring function = new Declaring("x");
    assertThat(open(function, HashRange.ALL).state().schemas()).hasSize(1);
    assertThatThrownBy(() -> function.kept.getState(ValueStateDescriptor.of("y", Long.class)))
        .hasMessageContaining("declared after open()");
  }

  @Test
  void onlyAFunctionThatFeedsAStreamNamesKeys() {
    assertThatThrownBy(() -> function.keyOf("event"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("override keyOf(event)");
  }

  private static final int RECORDS = 250;

  static LongStream seeds() {
    return LongStream.range(0, 150);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void afterAnyRecordsFailuresDrainsAndReloads(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    FunctionHarness<String> fold = FunctionHarness.of(new ScriptFunction());
    Operator<String> operator = opened(random);
    List<Change> log = new ArrayList<>();
    SortedMap<StateKey, byte[]> stored = new TreeMap<>();
    int failures = 0;

    for (int i = 0; i < RECORDS; i++) {
      String key = "k" + random.nextInt(4);
      byte[] data =
          random.nextInt(20) == 0
              ? new byte[] {(byte) 0xFF}
              : Long.toString(random.nextLong()).getBytes(UTF_8);
      Instant arrival = Instant.ofEpochMilli(i);
      int changedBefore = operator.state().changedCells();
      boolean folded = succeeds(() -> fold.processBytes(key, data, arrival));
      Operator<String> live = operator;
      boolean applied = succeeds(() -> live.process(key, data, arrival));
      assertThat(applied).isEqualTo(folded);
      if (!applied) {
        failures++;
        assertThat(operator.state().changedCells()).isEqualTo(changedBefore);
      }
      if (random.nextInt(10) == 0) {
        assertThat(hex(cellsOf(operator))).isEqualTo(hex(fold.cells()));
      }
      if (random.nextInt(8) == 0) {
        List<Change> drained = operator.state().drain();
        assertSortedAndDistinct(drained);
        drained.forEach(change -> apply(stored, change));
        log.addAll(drained);
        assertThat(hex(stored)).isEqualTo(hex(fold.cells()));
        assertThat(operator.state().drain()).isEmpty();
      }
      if (operator.state().changedCells() == 0 && random.nextInt(4) == 0) {
        operator = opened(random);
        if (random.nextBoolean()) {
          log.forEach(operator.state()::load);
        } else {
          for (Map.Entry<StateKey, byte[]> cell : stored.entrySet()) {
            operator.state().load(new Change.Put(cell.getKey(), cell.getValue()));
          }
        }
        assertThat(operator.state().changedCells()).isZero();
      }
    }

    operator.state().drain().forEach(change -> apply(stored, change));
    assertThat(hex(stored)).isEqualTo(hex(fold.cells()));
    assertThat(hex(cellsOf(operator))).isEqualTo(hex(stored));
    // Of 250 records about a quarter fails; none at all would mean that nothing was undone.
    assertThat(failures).isBetween(20, 150);
  }

  private Operator<String> opened(SplittableRandom random) {
    return open(
        new ScriptFunction(),
        HashRange.ALL,
        random.nextBoolean() ? Serialization.AT_DRAIN : Serialization.AT_ONCE);
  }

  private interface Step {
    void run() throws Exception;
  }

  private static boolean succeeds(Step step) {
    try {
      step.run();
      return true;
    } catch (ScriptFunction.Refused | java.nio.charset.CharacterCodingException e) {
      return false;
    } catch (RecordFailedException e) {
      assertThat(e.getCause())
          .isInstanceOfAny(
              ScriptFunction.Refused.class, java.nio.charset.CharacterCodingException.class);
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static SortedMap<StateKey, byte[]> cellsOf(Operator<?> operator) {
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    List<StateKey> order = new ArrayList<>();
    operator
        .state()
        .forEach(
            put -> {
              cells.put(put.key(), put.value());
              order.add(put.key());
            });
    assertThat(order).isSorted().hasSameSizeAs(cells.keySet());
    return cells;
  }

  private static void assertSortedAndDistinct(List<Change> changes) {
    assertThat(changes.stream().map(Change::key).toList()).isSorted().doesNotHaveDuplicates();
  }

  private static void apply(SortedMap<StateKey, byte[]> stored, Change change) {
    switch (change) {
      case Change.Put put -> stored.put(put.key(), put.value());
      case Change.Removed removed -> stored.remove(removed.key());
    }
  }

  private static Map<String, String> hex(SortedMap<StateKey, byte[]> cells) {
    Map<String, String> hex = new LinkedHashMap<>();
    cells.forEach(
        (key, value) ->
            hex.put(HexFormat.of().formatHex(key.bytes()), HexFormat.of().formatHex(value)));
    return hex;
  }
}
