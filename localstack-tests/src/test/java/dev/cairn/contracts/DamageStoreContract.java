package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.damage.Damage;
import dev.cairn.damage.DamageStore;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link DamageStore} does. Each test has a job of its own. */
abstract class DamageStoreContract {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123456Z");

  private final JobId job = new JobId("job-" + UUID.randomUUID());

  abstract DamageStore damages();

  @Test
  void nothingIsMarkedAndNoRoundWasBegun() {
    assertThat(damages().damages(job)).isEmpty();
    assertThat(damages().progress(job)).isEmpty();
  }

  @Test
  void keepsMarksAsTheyAreByPath() {
    Damage run = damage("shared/run", "it is missing", true, 3, 4);
    Damage metadata = damage("chk-3/_metadata", "it has 7 bytes instead of 8", false, 3);
    damages().mark(job, run);
    damages().mark(job, metadata);

    assertThat(damages().damages(job)).containsExactly(metadata, run);
    assertThat(damages().damages(new JobId(job.value() + "-2"))).isEmpty();
  }

  @Test
  void aLaterMarkOfAFileReplacesTheEarlier() {
    damages().mark(job, damage("shared/run", "it is missing", true, 3));
    Damage later = damage("shared/run", "it has 7 bytes instead of 8", false, 4, 5);
    damages().mark(job, later);

    assertThat(damages().damages(job)).containsExactly(later);
  }

  @Test
  void aMarkIsTakenAwayAloneAndTwice() {
    Damage run = damage("shared/run", "it is missing", true, 3);
    Damage other = damage("shared/run-2", "it is missing", false);
    damages().mark(job, run);
    damages().mark(job, other);

    damages().unmark(job, run.path());
    damages().unmark(job, run.path());

    assertThat(damages().damages(job)).containsExactly(other);
  }

  @Test
  void keepsMoreMarksThanOnePageHolds() {
    String much = "x".repeat(20_000);
    List<Damage> marks =
        IntStream.range(0, 60)
            .mapToObj(i -> damage(String.format(Locale.ROOT, "shared/run-%02d", i), much, false, 1))
            .toList();
    marks.forEach(mark -> damages().mark(job, mark));

    assertThat(damages().damages(job)).isEqualTo(marks);
  }

  @Test
  void keepsHowFarARoundIs() {
    ScrubProgress underWay =
        new ScrubProgress.UnderWay(NOW, 17, 1L << 40, FilePath.of("job", "shared", "run"));
    damages().save(job, underWay);
    assertThat(damages().progress(job)).contains(underWay);

    ScrubProgress finished = new ScrubProgress.Finished(NOW, 20, 1L << 41, NOW.plusSeconds(9));
    damages().save(job, finished);
    assertThat(damages().progress(job)).contains(finished);
    assertThat(damages().damages(job)).isEmpty();
  }

  private Damage damage(String path, String what, boolean isInJournal, long... checkpoints) {
    TreeSet<CheckpointId> ids = new TreeSet<>();
    for (long id : checkpoints) {
      ids.add(new CheckpointId(id));
    }
    TreeSet<SubtaskId> subtasks = new TreeSet<>();
    if (isInJournal) {
      subtasks.add(new SubtaskId(job, new StageId("stage"), new ShardId("shardId-1")));
      subtasks.add(new SubtaskId(job, new StageId("stage"), new ShardId("shardId-2")));
    }
    return new Damage(
        new FileRef(new FilePath(job + "/" + path), 8, Sha256.of(new byte[] {1})),
        what,
        NOW,
        ids,
        subtasks,
        isInJournal);
  }
}
