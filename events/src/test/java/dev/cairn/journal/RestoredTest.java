package dev.cairn.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose the files are that a restore puts a journal on. */
class RestoredTest {
  private static final JobId JOB = new JobId("words");
  private static final String OWN = "words/shared/count/shardId-0/own";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///elsewhere/words/shared/run",
        "s3://bucket/savepoints/words/savepoint-1/run",
        "savepoints/words/savepoint-1/run",
        "words-2/shared/run"
      })
  void whatLiesElsewhereIsBorrowed(String foreign) {
    assertThat(restored(ClaimMode.NO_CLAIM, foreign, OWN).hasForeignFiles(JOB)).isTrue();
    assertThat(restored(ClaimMode.NO_CLAIM, OWN, foreign).hasForeignFiles(JOB))
        .as("the state file alone")
        .isTrue();
    assertThat(restored(ClaimMode.CLAIM, foreign, foreign).hasForeignFiles(JOB)).isFalse();
  }

  @Test
  void theJobsOwnFilesAreNotNorIsNoState() {
    assertThat(restored(ClaimMode.NO_CLAIM, OWN, OWN).hasForeignFiles(JOB)).isFalse();
    assertThat(restored(ClaimMode.NO_CLAIM, StateHandle.EMPTY).hasForeignFiles(JOB)).isFalse();
  }

  /** It would bring back what was dropped. */
  @Test
  void nothingBuildsOnFilesThatHoldMoreThanTheState() {
    Restored all = restored(ClaimMode.NO_CLAIM, OWN, OWN);
    Restored less =
        new Restored(
            all.header(),
            all.checkpoint(),
            all.mode(),
            all.claimMode(),
            all.voidUpTo(),
            all.origin(),
            all.handle(),
            all.channels(),
            List.of("note"));

    assertThat(all.isToBeRewritten(JOB)).isFalse();
    assertThat(less.isToBeRewritten(JOB)).isTrue();
    assertThat(restored(ClaimMode.NO_CLAIM, "words-2/shared/run", OWN).isToBeRewritten(JOB))
        .isTrue();
  }

  private static Restored restored(ClaimMode mode, String run, String stateFile) {
    Manifest manifest = new Manifest(List.of(new RunRef(file(run), HashRange.ALL)), List.of());
    return restored(mode, new StateHandle(manifest, Optional.of(file(stateFile))));
  }

  private static Restored restored(ClaimMode mode, StateHandle handle) {
    Header header =
        new Header(
            new Revision(2),
            new EntryId("e2"),
            Optional.of(new EntryId("e1")),
            new Epoch(2),
            Position.beginning(),
            Position.beginning(),
            Optional.empty(),
            Counts.NONE,
            Writer.COORDINATOR,
            Instant.EPOCH,
            Optional.empty(),
            false,
            Optional.empty());
    return new Restored(
        header,
        Optional.empty(),
        Restored.Mode.LIVE,
        mode,
        Optional.empty(),
        new Origin(new StartPosition.TrimHorizon(), HashRange.ALL),
        handle,
        Channels.EMPTY);
  }

  private static FileRef file(String path) {
    return new FileRef(new FilePath(path), 0, Sha256.of(new byte[0]));
  }
}
