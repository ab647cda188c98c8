package dev.cairn.task.subtask;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.backend.heap.OnHeap;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.task.ports.TaskDecisions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
  private static final SnapshotTime AMPLE =
      new SnapshotTime(() -> Duration.ofMinutes(1), Duration.ofSeconds(2));
  private static final SubtaskId SUBTASK =
      new SubtaskId(new JobId("words"), new StageId("count"), new ShardId("shardId-000000000000"));
  private static final FilePath DIRECTORY =
      Layout.savepoint(Layout.SAVEPOINTS, SUBTASK.job(), new CheckpointId(3), Optional.empty());
  private static final Origin ORIGIN = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);

  @TempDir Path root;
  private FileStorage storage;
  private StateFiles files;
  private Subtask<String> subtask;
  private int records;

  /** The last word of each key; "-" takes the key's state away. */
  private static final class LastWord implements KeyedFunction<String> {
    private ValueState<String> last;

    @Override
    public Deserializer<String> deserializer() {
      return bytes -> new String(bytes, UTF_8);
    }

    @Override
    public void open(RuntimeContext context) {
      last = context.getState(ValueStateDescriptor.of("last", String.class));
    }

    @Override
    public void process(String word, Context context) {
      if (word.equals("-")) {
        last.clear();
      } else {
        last.update(word);
      }
    }
  }

  @BeforeEach
  void open() {
    storage = new DirectoryFileStorage(root);
    files = new StateFiles(storage, new BlockChecksum(), new TaskDecisions());
    subtask =
        new Subtask<>(
            SUBTASK,
            OnHeap.open(new LastWord(), HashRange.ALL),
            new Entry.Opened(
                Entry.Header.first(
                    new EntryId("opened"), new Epoch(1), Writer.MAPPING, Instant.EPOCH),
                ORIGIN));
  }

  private void process(String key, String word) throws Exception {
    subtask.operator().process(key, word.getBytes(UTF_8), Instant.EPOCH);
  }

  private void journal() {
    List<Change> changes = subtask.state().drain();
    records++;
    SequenceNumber last = new SequenceNumber(Integer.toString(records));
    subtask.recordDelta(
        Entry.Advanced.of(
            subtask
                .head()
                .next(new EntryId("advanced-" + records), Writer.MAPPING, Instant.EPOCH)
                .at(Position.after(last), last, new Counts(records, 0)),
            subtask.head().position(),
            Payload.NONE,
            List.of(),
            List.of()),
        changes);
  }

  private void snapshot(EntryId attempt) {
    StateFiles.Snapshot stored =
        files.writeSnapshot(
            subtask,
            attempt,
            Layout.state(SUBTASK, subtask.head().revision(), attempt),
            at -> at,
            AMPLE);
    adopt(attempt, stored);
  }

  private void adopt(EntryId attempt, StateFiles.Snapshot stored) {
    subtask.applyBase(
        new Entry.Materialized(
            subtask.head().next(attempt, Writer.MAPPING, Instant.EPOCH),
            ORIGIN,
            stored.handle(),
            Channels.EMPTY));
  }

  private void someHistory() throws Exception {
    process("a", "first");
    process("b", "first");
    process("gone", "first");
    journal();
    snapshot(new EntryId("snapshot-1"));
    process("b", "second");
    process("gone", "-");
    journal();
    snapshot(new EntryId("snapshot-2"));
    process("c", "third");
    journal();
  }

  @Test
  void aSavepointIsTheWholeStateInOneRunWithoutWhatIsGone() throws Exception {
    someHistory();

    StateFiles.Savepoint savepoint =
        files.writeSavepoint(subtask, new EntryId("saved"), DIRECTORY, AMPLE);

    SubtaskState state = read(savepoint.stateFile());
    assertThat(state.subtask()).isEqualTo(SUBTASK);
    assertThat(state.position()).isEqualTo(subtask.head().position());
    assertThat(state.manifest().schemas()).isEqualTo(subtask.schemas());
    assertThat(state.manifest().runs()).hasSize(1);
    assertThat(changes(state.manifest())).containsExactlyElementsOf(live());
    assertThat(live()).hasSize(3);
    assertThat(savepoint.sizeBytes())
        .isEqualTo(
            savepoint.stateFile().sizeBytes()
                + state.manifest().runs().getFirst().file().sizeBytes());
  }

  @Test
  void aSavepointsNamesAreItsAttemptsAlone() throws Exception {
    someHistory();

    files.writeSavepoint(subtask, new EntryId("one"), DIRECTORY, AMPLE);
    files.writeSavepoint(subtask, new EntryId("two"), DIRECTORY, AMPLE);

    String base = String.format(Locale.ROOT, "%020d", subtask.head().revision().value());
    String folder = DIRECTORY + "/count/shardId-000000000000/";
    assertThat(storage.list(DIRECTORY))
        .extracting(stored -> stored.path().value())
        .containsExactlyInAnyOrder(
            folder + "run-" + base + "-one",
            folder + "state-" + base + "-one",
            folder + "run-" + base + "-two",
            folder + "state-" + base + "-two");
  }

  @Test
  void aSavepointThatWasMovedIsReadWhereItIs() throws Exception {
    someHistory();
    FileRef stateFile =
        files.writeSavepoint(subtask, new EntryId("saved"), DIRECTORY, AMPLE).stateFile();
    Path moved = Files.createDirectories(root.resolve("far/away")).resolve("copy");
    Files.move(root.resolve(DIRECTORY.value()), moved);
    FilePath there =
        DirectoryFileStorage.pathOf(moved)
            .resolve(DIRECTORY.relativize(stateFile.path()).orElseThrow());

    SubtaskState state = read(stateFile.at(there));

    assertThat(changes(state.manifest())).containsExactlyElementsOf(live());
  }

  @Test
  void anEmptyStateIsAStateFileWithoutARun() {
    StateFiles.Savepoint savepoint =
        files.writeSavepoint(subtask, new EntryId("saved"), DIRECTORY, AMPLE);

    assertThat(read(savepoint.stateFile()).manifest().runs()).isEmpty();
    assertThat(storage.list(DIRECTORY)).hasSize(1);
  }

  @Test
  void aStateThatBelongsToNoRevisionIsNotSaved() throws Exception {
    process("a", "first");

    assertThatThrownBy(() -> files.writeSavepoint(subtask, new EntryId("saved"), DIRECTORY, AMPLE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to no revision");
    assertThat(storage.list(DIRECTORY)).isEmpty();
  }

  @Test
  void aWholeSnapshotRefersToNothingThatWasThereBefore() throws Exception {
    someHistory();
    List<FileRef> before = subtask.handle().manifest().runs().stream().map(RunRef::file).toList();
    EntryId attempt = new EntryId("whole");

    StateFiles.Snapshot snapshot =
        files.writeWholeSnapshot(
            subtask,
            attempt,
            Layout.state(SUBTASK, subtask.head().revision(), attempt),
            at -> at,
            AMPLE);

    Manifest manifest = snapshot.handle().manifest();
    assertThat(manifest.runs()).hasSize(1);
    assertThat(before).hasSize(2).doesNotContain(manifest.runs().getFirst().file());
    assertThat(changes(manifest)).containsExactlyElementsOf(live());
    assertThat(snapshot.fullSizeBytes()).isEqualTo(snapshot.incrementalSizeBytes());
    assertThat(read(snapshot.stateFile()).manifest()).isEqualTo(manifest);
  }

  private SubtaskState read(FileRef stateFile) {
    byte[] bytes = storage.get(stateFile.path()).orElseThrow();
    assertThat(Sha256.of(bytes)).isEqualTo(stateFile.sha256());
    return CheckpointFormat.readState(bytes, stateFile.path());
  }

  private List<String> changes(Manifest manifest) {
    List<String> changes = new ArrayList<>();
    files.read(manifest, change -> changes.add(text(change)));
    return changes;
  }

  private List<String> live() {
    List<String> live = new ArrayList<>();
    subtask.state().forEach(put -> live.add(text(put)));
    return live;
  }

  private static String text(Change change) {
    return switch (change) {
      case Change.Put put -> put.key() + " = " + HexFormat.of().formatHex(put.value());
      case Change.Removed removed -> removed.key() + " is gone";
    };
  }
}
