package dev.cairn.local.demo;

import static dev.cairn.local.demo.RescaleScene.assertDone;
import static dev.cairn.local.demo.RescaleScene.error;
import static dev.cairn.local.demo.RescaleScene.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.Mailbox;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.local.demo.RescaleScene.Answer;
import dev.cairn.stream.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cairn rescale} that changes the stream of a running pipeline. */
class RescaleCommandTest {
  @TempDir private Path home;

  private RescaleScene scene;

  @BeforeEach
  void start() throws IOException {
    scene = new RescaleScene(home);
    scene.feed();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private List<String> open() {
    return scene.pipeline().stream().openShards().stream().map(one -> one.id().value()).toList();
  }

  private List<String> parents() {
    List<String> open = open();
    return scene.pipeline().stream().listed().stream()
        .map(shard -> shard.id().value())
        .filter(shard -> !open.contains(shard))
        .toList();
  }

  /** The job has closed each parent, and opened each child. */
  private void assertFollowed() {
    for (Shard shard : scene.pipeline().stream().listed()) {
      Position position =
          scene
              .pipeline()
              .journal()
              .fromLastBase(new SubtaskId(RescaleScene.JOB, RescaleScene.STAGE, shard.id()))
              .getLast()
              .header()
              .position();
      assertThat(position.equals(Position.end()))
          .as(shard.id() + " at " + position)
          .isEqualTo(!open().contains(shard.id().value()));
    }
  }

  @Test
  void moreThanADoublingTakesSeveralRequestsAndEachShardIsFollowed() throws IOException {
    Answer answer = scene.rescale(7);

    assertDone(answer);
    assertThat(scene.kinesis().requested()).containsExactly(4, 7);
    assertThat(numbers(answer.steps("plan").getFirst().get("requests"))).containsExactly(4, 7);
    assertThat(answer.steps("requested"))
        .extracting(line -> line.get("from").asInt(), line -> line.get("to").asInt())
        .containsExactly(tuple(2, 4), tuple(4, 7));
    assertThat(scene.openShards()).isEqualTo(7);
    assertThat(answer.shards("closed")).containsExactlyInAnyOrderElementsOf(parents());
    assertThat(answer.shards("caught up")).containsAll(open());
    assertThat(answer.json().getLast().get("step").asText()).isEqualTo("done");
    assertThat(answer.json().getLast().get("requests").asInt()).isEqualTo(2);
    assertFollowed();
    scene.feed();
  }

  @Test
  void lessThanAHalvingTakesSeveralRequestsToo() throws IOException {
    assertDone(scene.rescale(4));

    Answer answer = scene.rescale(1);

    assertDone(answer);
    assertThat(scene.kinesis().requested()).containsExactly(4, 2, 1);
    assertThat(scene.openShards()).isEqualTo(1);
    assertFollowed();
    scene.feed();
  }

  @Test
  void anUpdatingStreamIsWaitedForAndAStreamInUseIsTriedAgain() throws IOException {
    scene.kinesis().update(3);
    scene.kinesis().refuse("UpdateShardCount", "ResourceInUseException", "not ACTIVE");

    Answer answer = scene.rescale(4);

    assertDone(answer);
    assertThat(answer.steps("plan").getFirst().get("status").asText()).isEqualTo("UPDATING");
    assertThat(answer.steps("waits"))
        .extracting(line -> line.get("reason").asText())
        .startsWith("updating", "busy");
    assertThat(scene.kinesis().requested()).containsExactly(4);
  }

  @Test
  void aRescaleThatReachesAQuotaContinuesWhenItIsCalledAgain() throws IOException {
    assertDone(scene.rescale(4));
    scene.kinesis().refuse("UpdateShardCount", "LimitExceededException", "exceeds 10 in 24 hours");

    Answer limited = scene.rescale(8);

    assertThat(limited.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(error(limited))
        .contains("Kinesis refused the request for 8 open shards (exceeds 10 in 24 hours)")
        .contains("The stream has 4 open shards")
        .contains("call cairn rescale 8 again");
    Answer again = scene.rescale(8);
    assertDone(again);
    assertThat(numbers(again.steps("plan").getFirst().get("requests"))).containsExactly(8);
    assertThat(scene.kinesis().requested()).containsExactly(4, 8);
  }

  @Test
  void aSecondRescaleFollowsTheFirstThatDidNotWait() throws IOException {
    Answer first = scene.rescale(8, "--no-wait");
    assertDone(first);
    assertThat(first.json().getLast().get("requestsLeft").asInt()).isEqualTo(1);
    assertThat(first.json().getLast().get("text").asText())
        .contains("call cairn rescale 8 again when the stream is ACTIVE");
    assertThat(scene.kinesis().requested()).containsExactly(4);

    Answer second = scene.rescale(8);

    assertDone(second);
    assertThat(scene.kinesis().requested()).containsExactly(4, 8);
    assertFollowed();
  }

  @Test
  void anotherChangeOfTheStreamEndsTheRescale() throws IOException {
    // The request is accepted, and never begins; then somebody else merges the two shards.
    scene.kinesis().updateAfterRequests(5);
    AtomicBoolean isOver = new AtomicBoolean();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!isOver.get()) {
                    if (scene.openShards() == 4) {
                      List<Shard> four = scene.pipeline().stream().openShards();
                      var unused =
                          scene.pipeline().stream().merge(four.get(0).id(), four.get(1).id());
                      return;
                    }
                    Thread.onSpinWait();
                  }
                });

    Answer answer = scene.rescale(4);
    isOver.set(true);

    assertThat(other).isNotNull();
    assertThat(answer.exitCode()).as(answer.out()).isEqualTo(ExitCode.NO);
    assertThat(error(answer))
        .contains("stream departures has 3 open shards, although 4 were requested")
        .contains("call cairn rescale 4 again: it continues from there");
    scene.kinesis().updateAfterRequests(1);
    assertDone(scene.rescale(4));
  }

  @Test
  void aHaltedJobIsNotRescaledUnlessNobodyWaits() throws IOException {
    assertDone(scene.deployed("cancel"));

    Answer refused = scene.rescale(4);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(error(refused))
        .startsWith("the job is CANCELLED: no task applies its shards")
        .contains("cairn resume", "cairn rescale 4 --no-wait");
    assertThat(scene.openShards()).isEqualTo(2);

    Answer sent = scene.rescale(4, "--no-wait");
    assertDone(sent);
    assertThat(sent.json().getLast().get("text").asText()).contains("cairn shards shows it");
    assertDone(scene.deployed("resume"));
    assertDone(scene.rescale(4));
    assertFollowed();
  }

  @Test
  void theDemosOwnStreamIsRescaledThroughItsMailbox() throws InterruptedException {
    AtomicBoolean isOver = new AtomicBoolean();
    StreamRequests requests = new StreamRequests(scene.pipeline());
    Mailbox mailbox = new Mailbox(RunningDemo.mailbox(home));
    Thread demo =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!isOver.get()) {
                    requests.serve(mailbox.ofStream());
                    scene.pipeline().world().sleep(Duration.ofMillis(5));
                  }
                });

    Answer answer = scene.onDemo("rescale", "8", "--every", "50ms");
    Answer beyond = scene.onDemo("rescale", "20000", "--dry-run");
    isOver.set(true);
    demo.join();

    assertDone(answer);
    assertThat(answer.out())
        .contains(
            "plan       stream of the demo has 2 open shards; 2 requests: 4, then 8\n",
            "requested  4 shards in place of 2\n",
            "requested  8 shards in place of 4\n",
            "closed     ",
            "caught up  ",
            "done       stream of the demo has 8 open shards, and the job has caught up")
        .doesNotContain("shardId-");
    assertThat(answer.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(scene.openShards()).isEqualTo(8);
    assertFollowed();
    assertThat(beyond.exitCode()).isEqualTo(ExitCode.NO);
  }

  @Test
  void theStepsOfOneShardAreInTheirOrder() throws IOException {
    Answer answer = scene.rescale(4);

    String child = open().getFirst();
    List<String> stages =
        answer.json().stream()
            .filter(line -> line.has("shards"))
            .filter(line -> names(line).contains(child))
            .map(line -> line.get("step").asText())
            .toList();
    assertThat(stages).isSubsetOf("waiting", "opened", "caught up").endsWith("caught up");
    assertThat(stages).isSortedAccordingTo((one, other) -> rank(one) - rank(other));
  }

  private static int rank(String stage) {
    return List.of("waiting", "opened", "caught up").indexOf(stage);
  }

  private static List<String> names(JsonNode line) {
    List<String> names = new ArrayList<>();
    line.get("shards").forEach(shard -> names.add(shard.asText()));
    return names;
  }
}
