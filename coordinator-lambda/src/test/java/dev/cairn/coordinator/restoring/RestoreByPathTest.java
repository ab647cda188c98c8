package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.Command;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A path of the job's own checkpoint or savepoint is its id, whatever way the path is written: the
 * checkpoint has to be complete, and nothing deletes it while it is restored.
 */
class RestoreByPathTest {
  private static final FilePath SAVEPOINT = new FilePath("savepoints/words/savepoint-1-mine");

  private final Pipeline pipeline =
      new Pipeline(1, new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 1));
  private final Task<String> container = pipeline.container();

  private Checkpoint.Completed checkpoint(String... words) {
    run(container, 0, pipeline.put(0, words));
    pipeline.pass(Duration.ofMinutes(20));
    return pipeline.checkpoint(container);
  }

  private void savepoint() {
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.serve("savepoint mine");
    run(container, 0, pipeline.put(0, "c"));
  }

  private String refusal() {
    return pipeline.job().refusal().orElseThrow().reason();
  }

  private Entry.Restored restored() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(Entry.Restored.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** What the head needs is there, and a container that knows nothing goes on from it. */
  private void requireAlive() {
    Entry.Base base = (Entry.Base) pipeline.journal().fromLastBase(Pipeline.subtask(0)).getFirst();
    assertThat(base.handle().manifest().runs())
        .extracting(RunRef::file)
        .allMatch(file -> pipeline.storage().get(file.path()).isPresent());
    run(pipeline.container(), 0, pipeline.put(0, "z"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void theJobsOwnCheckpointIsRestoredAsItsId() {
    Checkpoint.Completed first = checkpoint("a");

    pipeline.serve("restore words/chk-1/");

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(restored().checkpoint()).contains(first.id());
    assertThat(pipeline.job().undo()).contains(first.id());
    requireAlive();
  }

  @Test
  void theJobsOwnSavepointIsRestoredAsItsId() {
    savepoint();

    pipeline.serve("restore " + SAVEPOINT + "/_metadata");

    assertThat(restored().checkpoint()).contains(new CheckpointId(1));
    requireAlive();
  }

  @Test
  void whatIsNotCompleteIsRefusedByItsPathAsByItsId() {
    checkpoint("a");
    checkpoint("b");

    pipeline.serve("restore words/chk-1/_metadata");
    assertThat(refusal()).contains("checkpoint 1 is SUBSUMED: later checkpoints replaced it");

    pipeline.serve("restore words/chk-77");
    assertThat(refusal()).contains("checkpoint 77 is unknown");
    assertThat(pipeline.job().epoch().value()).isEqualTo(1);
  }

  /** A collector has read everything, found the epoch unchanged, and sleeps before it deletes. */
  @Test
  void whatACollectorIsAboutToDeleteIsNotRestored() {
    for (int n = 1; n < 9; n++) {
      checkpoint("w" + n);
    }
    run(container, 0, pipeline.put(0, "last"));
    pipeline.pass(Duration.ofMinutes(20));
    List<String> refusals = new ArrayList<>();
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.delete") && refusals.isEmpty()) {
              CheckpointId subsumed =
                  pipeline.checkpoints().checkpoints(JOB).stream()
                      .filter(Checkpoint.Subsumed.class::isInstance)
                      .map(Checkpoint::id)
                      .reduce((first, second) -> second)
                      .orElseThrow();
              pipeline.serve("restore words/chk-" + subsumed + "/_metadata");
              refusals.add(refusal());
            }
          }
        };
    Coordinator collector = pipeline.coordinator(tap);
    tick(collector);
    pipeline.deliverWakes(container);
    tick(collector);

    assertThat(refusals).singleElement().asString().contains("is SUBSUMED");
    requireAlive();
  }

  @Test
  void aSavepointThatIsBeingDisposedOfIsNotRestored() {
    savepoint();
    List<String> refusals = new ArrayList<>();
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.delete") && refusals.isEmpty()) {
              refusals.add("");
              pipeline.checkpoints().request(JOB, Request.restore(SAVEPOINT.value()));
              tick(pipeline.coordinator());
              refusals.set(0, refusal());
            }
          }
        };
    pipeline.checkpoints().request(JOB, Request.command("dispose 1"));
    tick(pipeline.coordinator(tap));

    assertThat(refusals).singleElement().asString().contains("checkpoint 1 is DISPOSED");
    assertThat(pipeline.job().epoch().value()).isEqualTo(1);
    requireAlive();
  }

  // ---------------------------------------------------------------- other paths of one object

  /** The storage as it is also reached by another name, such as that of an S3 access point. */
  private final class Aliased implements FileStorage {
    private static final String ALIAS = "s3://words-ap-1-s3alias/";

    private FilePath real(FilePath path) {
      return path.value().startsWith(ALIAS)
          ? new FilePath(path.value().substring(ALIAS.length()))
          : path;
    }

    @Override
    public FilePath normalize(FilePath path) {
      return pipeline.storage().normalize(path);
    }

    @Override
    public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
      return pipeline.storage().put(real(path), bytes, sha256);
    }

    @Override
    public Optional<byte[]> get(FilePath path) {
      return pipeline.storage().get(real(path));
    }

    @Override
    public Optional<Stored> head(FilePath path) {
      return pipeline.storage().head(real(path));
    }

    @Override
    public List<Stored> list(FilePath folder) {
      return pipeline.storage().list(real(folder));
    }

    @Override
    public void delete(FilePath path) {
      pipeline.storage().delete(real(path));
    }
  }

  private void serveAliased(String command) {
    CoordinatorPorts ports = pipeline.ports(Tap.NONE).with(new Aliased());
    pipeline.checkpoints().request(JOB, Request.command(command));
    for (int i = 0; i < 3; i++) {
      tick(new Coordinator(ports, Pipeline.PROMPT));
      pipeline.deliverWakes(pipeline.container());
    }
  }

  @Test
  void theJobsOwnIsRecognizedByAnotherNameOfItsBucket() {
    savepoint();
    Checkpoint.Completed checkpoint = checkpoint("d");

    serveAliased("restore s3://words-ap-1-s3alias/" + SAVEPOINT);
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(restored().checkpoint()).contains(new CheckpointId(1));
    assertThat(Stream.of(restored().handle().stateFile().orElseThrow().path()))
        .allMatch(file -> SAVEPOINT.relativize(file).isPresent());

    serveAliased("restore s3://words-ap-1-s3alias/words/chk-" + checkpoint.id());
    assertThat(pipeline.job().refusal()).isEmpty();
    requireAlive();
    assertThat(pipeline.journal(0))
        .filteredOn(Entry.Restored.class::isInstance)
        .extracting(entry -> ((Entry.Restored) entry).checkpoint())
        .containsExactly(Optional.of(new CheckpointId(1)), Optional.of(checkpoint.id()));
  }

  @Test
  void aCopyOfADisposedSavepointIsRestoredByItsPath() {
    savepoint();
    FilePath copy = new FilePath("copies/kept");
    pipeline.pass(Duration.ofSeconds(1));
    for (Stored file : pipeline.storage().list(SAVEPOINT)) {
      byte[] bytes = pipeline.storage().get(file.path()).orElseThrow();
      FilePath to = copy.resolve(SAVEPOINT.relativize(file.path()).orElseThrow());
      pipeline.storage().put(to, bytes, Sha256.of(bytes));
    }
    pipeline.serve("dispose 1");

    pipeline.serve("restore " + copy);

    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(restored().checkpoint()).as("it is not the job's own").isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    requireAlive();
  }

  @Test
  void metadataThatNamesTheJobsLiveFilesIsItsCheckpointWhereverItLies() {
    checkpoint("a");
    byte[] bytes = pipeline.storage().get(Layout.metadata(JOB, new CheckpointId(1))).orElseThrow();
    pipeline.storage().put(new FilePath("elsewhere/_metadata"), bytes, Sha256.of(bytes));
    checkpoint("b");

    pipeline.serve("restore elsewhere/_metadata");

    assertThat(refusal()).contains("checkpoint 1 is SUBSUMED");
    assertThat(pipeline.job().status()).isNotInstanceOf(JobStatus.Restoring.class);
  }

  @Test
  void aDryRunNamesTheCheckpointBehindThePath() {
    checkpoint("a");

    DryRun.Result result =
        new DryRun(pipeline.ports(Tap.NONE), Pipeline.PROMPT)
            .restore(
                pipeline.job(),
                new Command.Restore(new Command.Target.Path("words/chk-1"), Command.Options.NONE));

    assertThat(((DryRun.Result.Possible) result).report().from().own())
        .isEqualTo(Restoration.of(new CheckpointId(1)).own());
  }
}
