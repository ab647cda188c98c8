package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.collecting.GarbageCollection.Findings;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Claim;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import dev.cairn.task.pipeline.Tap;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A savepoint that a restore takes over is used, and goes when nothing needs it any more. */
class ClaimTest {
  private static final FilePath SAVEPOINT = new FilePath("savepoints/words/savepoint-2-mine");
  private static final FilePath METADATA = new FilePath(SAVEPOINT + "/_metadata");

  private final Pipeline pipeline = new Pipeline(1);

  private void ask(String command) {
    pipeline.checkpoints().request(JOB, Request.command(command));
    for (int i = 0; i < 5; i++) {
      tick(pipeline.coordinator());
      pipeline.deliverWakes(pipeline.container());
    }
  }

  private void done(String command) {
    ask(command);
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  private String refusal(String command) {
    ask(command);
    return pipeline.job().refusal().orElseThrow().reason();
  }

  /** Checkpoint 1, and savepoint 2 of a state whose only run is the savepoint's own. */
  private void savepoint() {
    goOn("size:20000", "a");
    done("savepoint mine");
    run(pipeline.container(), 0, pipeline.put(0, "b"));
  }

  private void goOn(String... words) {
    run(pipeline.container(), 0, pipeline.put(0, words));
    pipeline.pass(Pipeline.PROMPT.longestInvocation().plusMillis(1));
    done("checkpoint");
  }

  private List<FilePath> left() {
    return pipeline.storage().list(SAVEPOINT).stream().map(Stored::path).toList();
  }

  private void isAFold() {
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void aClaimedSavepointIsBuiltUponAndGoesWhenTheJobNeedsItNoLonger() {
    savepoint();
    List<FilePath> all = left();
    assertThat(all).hasSize(3);

    done("restore " + SAVEPOINT + " --claim-mode CLAIM");
    assertThat(pipeline.checkpoints().claims(JOB))
        .extracting(Claim::isConfirmed)
        .containsExactly(false);
    Entry.Restored restored = (Entry.Restored) fromRestore();
    assertThat(restored.hasForeignFiles(JOB)).isFalse();

    goOn("c");
    assertThat(pipeline.checkpoints().claims(JOB))
        .extracting(Claim::isConfirmed)
        .containsExactly(true);
    FilePath run = only(all, "/run-");
    assertThat(left()).doesNotContain(METADATA);
    assertThat(left()).as("an incremental checkpoint goes on from its run").contains(run);
    assertThat(verdict(run)).contains("needs it: a run of");
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(2)))
        .containsInstanceOf(Checkpoint.Subsumed.class);
    isAFold();

    // From here on nothing needs it: the state is copied from another savepoint.
    done("savepoint other");
    done("restore savepoints/words/savepoint-4-other");
    for (int i = 0; i < 3; i++) {
      goOn("d-" + i);
    }
    assertThat(left()).as("an undo leads to a checkpoint that needs it").contains(run);
    done("restore latest");
    for (int i = 0; i < 2; i++) {
      goOn("e-" + i);
    }

    assertThat(left()).isEmpty();
    assertThat(pipeline.checkpoints().claims(JOB)).isEmpty();
    isAFold();
  }

  private Entry fromRestore() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .findFirst()
        .orElseThrow();
  }

  private static FilePath only(List<FilePath> files, String part) {
    return files.stream().filter(file -> file.value().contains(part)).findFirst().orElseThrow();
  }

  private String verdict(FilePath path) {
    Findings.Found found =
        (Findings.Found)
            new GarbageCollection(
                    pipeline.journal(),
                    pipeline.checkpoints(),
                    pipeline.storage(),
                    pipeline::now,
                    Pipeline.PROMPT)
                .find(JOB);
    return found.files().stream()
        .filter(file -> file.path().equals(path))
        .map(file -> found.verdict(file).toString())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anUndoTakesTheClaimBack() {
    savepoint();
    List<FilePath> all = left();
    done("restore " + SAVEPOINT + " --claim-mode CLAIM");

    done("undo");
    for (int i = 0; i < 3; i++) {
      goOn("c-" + i);
    }

    assertThat(pipeline.checkpoints().claims(JOB)).isEmpty();
    assertThat(left()).isEqualTo(all);
    done("restore " + SAVEPOINT);
    isAFold();
  }

  @Test
  void withoutAClaimTheFilesStayTheirOwners() {
    savepoint();
    List<FilePath> all = left();
    done("restore " + SAVEPOINT);
    for (int i = 0; i < 3; i++) {
      goOn("c-" + i);
    }

    assertThat(left()).isEqualTo(all);
  }

  @Test
  void aClaimedSavepointCannotBeRestoredAnyMore() {
    savepoint();
    done("restore 2 --claim-mode CLAIM");
    goOn("c");

    assertThat(refusal("restore " + SAVEPOINT))
        .contains(
            SAVEPOINT + " was claimed by the restore that began epoch 2",
            "restore one of the job's checkpoints, or another savepoint");
    assertThat(refusal("restore 2"))
        .contains("checkpoint 2 is CLAIMED: a restore claimed the savepoint");
  }

  @Test
  void whatElseLiesInTheDirectoryIsLeftAlone() {
    savepoint();
    FilePath notes = new FilePath(SAVEPOINT + "/notes.txt");
    byte[] bytes = {1, 2, 3};
    pipeline.storage().put(notes, bytes, Sha256.of(bytes));
    done("restore 2 --claim-mode CLAIM");
    goOn("c");
    done("savepoint other");
    done("restore savepoints/words/savepoint-4-other");
    for (int i = 0; i < 3; i++) {
      goOn("d-" + i);
    }
    done("restore latest");
    goOn("e");

    assertThat(left()).containsExactly(notes);
    assertThat(pipeline.checkpoints().claims(JOB)).isEmpty();
  }

  @Test
  void whatNobodyMayDeleteKeepsItsClaimAndTheCollectionGoesOn() {
    savepoint();
    done("restore 2 --claim-mode CLAIM");
    run(pipeline.container(), 0, pipeline.put(0, "c"));
    pipeline.pass(Pipeline.PROMPT.longestInvocation().plusMillis(1));
    pipeline.checkpoints().request(JOB, Request.command("checkpoint"));
    Tap refusing =
        new Tap() {
          @Override
          public void before(Tap.Call call) {
            if (call.name().equals("storage.delete")
                && Arrays.toString(call.arguments()).contains("savepoints/")) {
              throw new StorageException("access denied");
            }
          }
        };
    Coordinator coordinator = pipeline.coordinator(refusing);
    for (int i = 0; i < 3; i++) {
      tick(coordinator);
      pipeline.deliverWakes(pipeline.container());
    }

    assertThat(left()).contains(METADATA);
    assertThat(pipeline.checkpoints().claims(JOB))
        .extracting(Claim::isConfirmed)
        .containsExactly(true);

    goOn("d");
    assertThat(left()).doesNotContain(METADATA);
  }

  @Test
  void aCheckpointOfItsOwnNeedsNoClaim() {
    goOn("a");
    done("restore 1 --claim-mode CLAIM");

    assertThat(pipeline.checkpoints().claims(JOB)).isEmpty();
    goOn("b");
    isAFold();
  }
}
