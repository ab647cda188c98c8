package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.state.StartPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.Runtime;

/** Every mistake that synthesis finds, and what it says. */
@EnabledIf("dev.cairn.cdk.Synthesis#hasNode")
class MistakesTest {

  private record Mistake(String message, UnaryOperator<CheckpointedFunction.Builder> change) {}

  private static Mistake mistake(
      String message, UnaryOperator<CheckpointedFunction.Builder> change) {
    return new Mistake(message, change);
  }

  @TestFactory
  Stream<DynamicTest> aMistakeEndsTheSynthesisAndSaysWhatToChange() {
    Path empty = Synthesis.code();
    Path noHandler = Path.of("src/test/java");
    return Stream.of(
            mistake(
                "job id \"a/b\" is not a valid name: use 1 to 128 of A-Z a-z 0-9 _ . - and start"
                    + " with a letter or a digit",
                job -> job.job("a/b")),
            mistake("stage \"\" is not a valid name: use 1 to 128 of", job -> job.stage("")),
            mistake(
                "function \"\" is not the name of a class: give the full name of a KeyedFunction,"
                    + " such as com.example.Orders",
                job -> job.function("")),
            mistake(
                "function \"com/example/Orders\" is not the name of a class",
                job -> job.function("com/example/Orders")),
            mistake(
                "/nowhere does not exist: build the function first, or correct the path; it is a"
                    + " folder or a .zip with the function's jars in lib/",
                job -> job.code(Path.of("/nowhere"))),
            mistake(
                "code pom.xml is neither a folder nor a .zip: give the folder whose lib/ holds the"
                    + " function's jars, or a zip of it",
                job -> job.code(Path.of("pom.xml"))),
            mistake(
                "does not hold the class dev.cairn.lambda.TaskHandler: add cairn-runtime and its"
                    + " dependencies to lib/",
                job -> job.code(noHandler)),
            mistake(
                "does not hold the class com.example.Orders: correct the class's full name, or add"
                    + " the jar that holds it to lib/",
                job -> job.code(empty)),
            mistake(
                "does not hold the class com.example.Orders: correct the class's full name, or add"
                    + " the jar that holds it to lib/",
                job -> job.code(Synthesis.zipped(empty))),
            mistake(
                "a stream of 0 shards: give it 1 or more",
                job -> job.source(SourceStream.ofShards(0))),
            mistake(
                "retention 25 h is too short to restore every retained checkpoint: keep records for"
                    + " 61 h or more (twice num-retained × interval, and an hour for the replay),"
                    + " or retain fewer checkpoints",
                job ->
                    job.source(SourceStream.ofShards(1).keeping(Duration.ofHours(25)))
                        .checkpointingInterval(Duration.ofHours(1))
                        .checkpointingNumRetained(30)),
            mistake(
                "retention 90 min is not possible: Kinesis keeps records for whole hours, from 24"
                    + " to 8760",
                job -> job.source(SourceStream.ofShards(1).keeping(Duration.ofMinutes(90)))),
            mistake(
                "num-retained × interval is longer than Kinesis keeps records: 400 checkpoints of"
                    + " every 1 d need a retention of 19201 h, and 8760 h are possible; retain"
                    + " fewer or shorten the interval",
                job -> job.checkpointingInterval(Duration.ofDays(1)).checkpointingNumRetained(400)),
            mistake(
                "start 2999-01-01T00:00:00Z is in the future, which Lambda refuses: choose a time"
                    + " that has passed",
                job ->
                    job.start(
                        new StartPosition.AtTimestamp(Instant.parse("2999-01-01T00:00:00Z")))),
            mistake(
                "start 2026-11-21T14:00:00.000000001Z is finer than a millisecond, which Kinesis"
                    + " cannot tell: truncate it",
                job ->
                    job.start(
                        new StartPosition.AtTimestamp(
                            Instant.parse("2026-11-21T14:00:00.000000001Z")))),
            mistake(
                "execution.checkpointing.interval must be positive, not PT0S",
                job -> job.checkpointingInterval(Duration.ZERO)),
            mistake(
                "execution.checkpointing.interval must be positive, not PT-1S",
                job -> job.checkpointingInterval(Duration.ofSeconds(-1))),
            mistake(
                "execution.checkpointing.interval 500 ms is not possible: delayed messages of"
                    + " whole seconds invoke the coordinator; choose whole seconds, 1 s or more",
                job -> job.checkpointingInterval(Duration.ofMillis(500))),
            mistake(
                "execution.checkpointing.interval 1500 ms is not possible",
                job -> job.checkpointingInterval(Duration.ofMillis(1500))),
            mistake(
                "execution.checkpointing.timeout must be positive, not PT0S",
                job -> job.checkpointingTimeout(Duration.ZERO)),
            mistake(
                "execution.checkpointing.num-retained must be at least 1, not 0",
                job -> job.checkpointingNumRetained(0)),
            mistake(
                "cairn.scrub.interval must be whole minutes from 5 on, as a rule calls for it, or 0"
                    + " for never; not PT1M30S",
                job -> job.scrubInterval(Duration.ofSeconds(90))),
            mistake(
                "execution.checkpointing.max-concurrent-checkpoints: 2 contradicts"
                    + " execution.checkpointing.min-pause: 5 s: with a pause between two"
                    + " checkpoints there is never more than one pending; omit one of the two",
                job ->
                    job.checkpointingMaxConcurrent(2).checkpointingMinPause(Duration.ofSeconds(5))),
            mistake(
                "execution.checkpointing.dir cannot be set here: the construct makes the bucket and"
                    + " sets it to that; leave it out",
                job -> job.configuration("state.checkpoints.dir: s3://mine/checkpoints")),
            mistake(
                "execution.checkpointing.mode: AT_LEAST_ONCE is not possible here: there is no"
                    + " AT_LEAST_ONCE",
                job -> job.configuration("execution.checkpointing.mode: AT_LEAST_ONCE")),
            mistake(
                "runtime nodejs22.x cannot run a Cairn function: choose java21 or a later Java",
                job -> job.runtime(Runtime.NODEJS_22_X)),
            mistake(
                "runtime java17 cannot run a Cairn function: choose java21 or a later Java",
                job -> job.runtime(Runtime.JAVA_17)),
            mistake(
                "memory 128 MiB is not possible: choose 256 to 10240, enough for the state of a"
                    + " shard or two",
                job -> job.memory(128)),
            mistake("memory 10241 MiB is not possible", job -> job.memory(10_241)),
            mistake(
                "function timeout 16 min is not possible: choose whole seconds from 10 s, as the"
                    + " task keeps 2 s for journalling, to 15 min, Lambda's longest",
                job ->
                    job.timeout(Duration.ofMinutes(16)).checkpointingTimeout(Duration.ofHours(1))),
            mistake(
                "function timeout 5 s is not possible", job -> job.timeout(Duration.ofSeconds(5))),
            mistake(
                "function timeout 10500 ms is not possible",
                job -> job.timeout(Duration.ofMillis(10_500))),
            mistake(
                "reserved concurrency 2 is too low: each shard's batch needs a container, and a"
                    + " wake another one; reserve 3 or more",
                job -> job.reservedConcurrency(2)),
            mistake(
                "reserved concurrency 4 is too low: an on-demand stream begins with 4 shards and"
                    + " Kinesis splits them, and each shard's batch needs a container, and a wake"
                    + " another one; leave it out, or reserve what the largest number of shards"
                    + " needs, at least 5",
                job -> job.source(SourceStream.onDemand()).reservedConcurrency(4)),
            mistake(
                "retention 25 h is too short to restore every retained checkpoint",
                job ->
                    job.source(SourceStream.onDemand().keeping(Duration.ofHours(25)))
                        .checkpointingInterval(Duration.ofHours(1))
                        .checkpointingNumRetained(30)),
            mistake(
                "environment variable CAIRN_TABLE is reserved: names that begin with CAIRN_ are"
                    + " Cairn's own; rename it",
                job -> job.environment("CAIRN_TABLE", "mine")),
            mistake(
                "environment variable EXECUTION_CHECKPOINTING_INTERVAL sets an option: use"
                    + " setting(…) or configuration(…) instead",
                job -> job.environment("EXECUTION_CHECKPOINTING_INTERVAL", "3 s")),
            mistake(
                "environment variable RESTART_STRATEGY_TYP sets an option: use setting(…) or"
                    + " configuration(…) instead",
                job -> job.environment("RESTART_STRATEGY_TYP", "none")),
            mistake(
                "environment variable AWS_REGION is reserved by Lambda, which sets it itself;"
                    + " rename it",
                job -> job.environment("AWS_REGION", "eu-west-1")),
            mistake(
                "environment variable 2ND is not a name that Lambda takes: begin with a letter, and"
                    + " use letters, digits and _, two characters or more",
                job -> job.environment("2ND", "x")),
            mistake(
                "environment variables of 4002 bytes are too much: Lambda takes 4 KB",
                job -> job.environment("AB", "x".repeat(4000))),
            mistake(
                "lag alarm 30 s is not possible: CloudWatch looks at minutes; choose 1 min or more",
                job -> job.lagAlarm(Duration.ofSeconds(30))),
            mistake(
                "lag alarm 1 d would come too late: the stream keeps records for 1 d; choose much"
                    + " less",
                job -> job.lagAlarm(Duration.ofDays(1))),
            mistake("batch size 0 is not possible: choose 1 to 10000", job -> job.batchSize(0)),
            mistake("batch size 10001 is not possible", job -> job.batchSize(10_001)),
            mistake(
                "batch window 6 min is not possible: choose whole seconds from 0 s to 5 min",
                job -> job.batchWindow(Duration.ofMinutes(6))),
            mistake(
                "removal policy SNAPSHOT is not possible: table, bucket and stream are worth"
                    + " something only together, and a bucket has no snapshot; choose RETAIN or"
                    + " DESTROY",
                job -> job.removalPolicy(RemovalPolicy.SNAPSHOT)))
        .map(
            mistake ->
                DynamicTest.dynamicTest(
                    mistake.message(),
                    () -> {
                      CheckpointedFunction.Builder job =
                          mistake.change().apply(Synthesis.orders(Synthesis.stack()));
                      assertThatThrownBy(job::build)
                          .isInstanceOf(IllegalArgumentException.class)
                          .hasMessageStartingWith("Shop/Orders cannot be synthesized:\n  - ")
                          .hasMessageContaining(mistake.message())
                          .satisfies(
                              e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(2));
                    }));
  }

  @Test
  void allMistakesAreToldAtOnce() {
    Stack stack = Synthesis.stack();

    assertThatThrownBy(() -> CheckpointedFunction.Builder.create(stack, "Orders").build())
        .hasMessage(
            """
            Shop/Orders cannot be synthesized:
              - no job: name it with job("orders")
              - no function: name the KeyedFunction's class with function("com.example.Orders")
              - no code: give the folder or zip with the function's jars in lib/, with code(…)
              - no stream: give source(SourceStream.ofShards(4)) or source(SourceStream.onDemand()) for a new one, or source(SourceStream.existing(stream))\
            """);
  }
}
