package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.Epoch;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests on the job's item: asked, served or refused, each as it was seen. */
interface RequestContract extends CheckpointStoreScene {
  @Test
  default void asksForARestoreAsItWasTyped() {
    assertThat(checkpoints().request(jobId(), Request.restore("1"))).isFalse();
    assertThat(checkpoints().job(jobId())).isEmpty();
    create();

    assertThat(checkpoints().request(jobId(), Request.restore("one"))).isTrue();
    assertThat(job().restoreCheckpointId()).contains("one");
    assertThat(checkpoints().request(jobId(), Request.restore("2"))).isTrue();
    assertThat(job().restoreCheckpointId()).contains("2");
  }

  @Test
  default void asksWhereNothingWaits() {
    create();
    Job seen = job();

    assertThat(checkpoints().request(seen, Request.command("resume"))).isTrue();
    assertThat(job().command()).contains("resume");
    assertThat(checkpoints().request(seen, Request.command("resume")))
        .as("repeated, since the first answer was lost")
        .isTrue();
    assertThat(checkpoints().request(seen, Request.restore("1")))
        .as("it has a place of its own")
        .isTrue();
  }

  @Test
  default void asksOverNothingThatWasNotSeen() {
    create();
    Job seen = job();
    checkpoints().request(jobId(), Request.command("savepoint theirs"));

    refused(() -> checkpoints().request(seen, Request.command("savepoint mine")));
    assertThat(job().command()).contains("savepoint theirs");
    assertThat(checkpoints().request(job(), Request.command("savepoint mine"))).isTrue();
    assertThat(job().command()).contains("savepoint mine");
    refused(() -> checkpoints().request(seen, Request.command("savepoint late")));
  }

  @Test
  default void asksOverANumberThatWasSeenWhereItWasTyped() {
    create();
    checkpoints().request(jobId(), Request.restore("7"));
    Job seen = job();

    assertThat(checkpoints().request(seen, Request.restore("8"))).isTrue();
    refused(() -> checkpoints().request(seen, Request.restore("9")));
    assertThat(job().restoreCheckpointId()).contains("8");
  }

  @Test
  default void asksNothingOfAJobThatIsNotThere() {
    Job none = Job.create(jobId(), CheckpointSettings.DEFAULTS);

    assertThat(checkpoints().request(none, Request.command("resume"))).isFalse();
    assertThat(checkpoints().job(jobId())).isEmpty();
  }

  @Test
  default void keepsARequestThatChangedMeanwhile() {
    completed(1);
    checkpoints().request(jobId(), Request.restore("1"));
    Job seen = job();
    checkpoints().request(jobId(), Request.restore("7"));

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().epoch()).isEqualTo(new Epoch(2));
    assertThat(job().restoreCheckpointId()).contains("7");
  }

  @Test
  default void keepsARequestThatAppearedMeanwhile() {
    completed(1);
    Job seen = job();
    checkpoints().request(jobId(), Request.restore("7"));

    assertThat(restore(seen, id(1), Optional.empty(), NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).contains("7");
  }

  @Test
  default void aRefusalLeavesTheReasonAndTakesTheRequestAway() {
    Job before = create();
    checkpoints().request(jobId(), Request.restore("four"));
    Job seen = job();

    assertThat(checkpoints().refuse(seen, "\"four\" is not a number", NOW)).isTrue();
    assertThat(job().restoreCheckpointId()).isEmpty();
    assertThat(job().refusal())
        .contains(new Job.Refusal("restore four", "\"four\" is not a number", NOW));
    assertThat(job().epoch()).isEqualTo(before.epoch());
    assertThat(job().status()).isEqualTo(before.status());
    assertThat(checkpoints().refuse(seen, "\"four\" is not a number", NOW)).isTrue();
    refused(() -> checkpoints().refuse(seen, "another reason", NOW));
  }

  @Test
  default void aRequestIsServedOnceAndOnlyAsItWasSeen() {
    create();
    checkpoints().request(jobId(), Request.command("savepoint a"));
    Job seen = job();
    checkpoints().request(jobId(), Request.command("savepoint b"));

    refused(() -> checkpoints().serve(seen));
    refused(() -> checkpoints().begin(pending(1), seen.request()));
    assertThat(checkpoints().begin(pending(1), job().request())).isTrue();
    assertThat(job().request()).isEmpty();
    refused(() -> checkpoints().serve(job()));
  }

  @Test
  default void aRestoreIsServedBeforeACommand() {
    create();
    checkpoints().request(jobId(), Request.command("resume"));
    checkpoints().request(jobId(), Request.restore("4"));

    assertThat(job().request()).contains(Request.restore("4"));
    assertThat(checkpoints().serve(job())).isTrue();
    assertThat(job().request()).contains(Request.command("resume"));
    assertThat(checkpoints().serve(job())).isTrue();
    assertThat(job().request()).isEmpty();
  }

  @Test
  default void doesNotRefuseARequestThatItHasNotSeen() {
    Job withoutRequest = create();
    checkpoints().request(jobId(), Request.restore("4"));
    Job seen = job();
    refused(() -> checkpoints().refuse(withoutRequest, "nothing was asked", NOW));
    checkpoints().request(jobId(), Request.restore("5"));

    refused(() -> checkpoints().refuse(seen, "there is no checkpoint 4", NOW));
  }
}
