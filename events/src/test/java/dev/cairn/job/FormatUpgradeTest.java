package dev.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which code a job must have, and not have, for its format to be raised. */
class FormatUpgradeTest {
  private static final JobId JOB = new JobId("orders");
  private static final Job IN_ONE = Job.create(JOB, CheckpointSettings.DEFAULTS, FormatVersion.ONE);

  @Test
  void isAllowedWhereAllOfTheCodeReadsTheFormat() {
    assertThat(upgrade(Optional.of(coordinator(2)), code("totals", "12", 2), code("other", "3", 2)))
        .isEqualTo(new FormatUpgrade.Raise(FormatVersion.TWO));
  }

  @Test
  void aStageThatDoesNotReadTheFormatIsNamed() {
    assertThat(upgrade(Optional.empty(), code("totals", "12", 2), code("other", "3", 1)))
        .isEqualTo(
            new FormatUpgrade.Refuse(
                "the code of other in version 3 reads formats up to 1: deploy a version that reads"
                    + " 2 first, and let it be invoked"));
  }

  @Test
  void aCoordinatorThatDoesNotReadTheFormatIsNamed() {
    assertThat(upgrade(Optional.of(coordinator(1)), code("totals", "12", 2)))
        .isInstanceOfSatisfying(
            FormatUpgrade.Refuse.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith("the coordinator of job orders reads formats up to 1: deploy"));
  }

  /** After a rollback, what registered last is not what runs. */
  @Test
  void anOlderVersionThatStartedSinceIsNamed() {
    Registration rolledBack =
        code("totals", "11", 1).replacing(code("totals", "12", 2)).orElseThrow();

    assertThat(upgrade(Optional.empty(), rolledBack))
        .isInstanceOfSatisfying(
            FormatUpgrade.Refuse.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith(
                        "version 11 of the code of totals, which reads formats up to 1, started"
                            + " after version 12: "));

    Registration deployedAgain = code("totals", "12", 2).replacing(rolledBack).orElseThrow();
    assertThat(upgrade(Optional.empty(), deployedAgain))
        .isEqualTo(new FormatUpgrade.Raise(FormatVersion.TWO));
  }

  @Test
  void anOlderVersionThatReadsAsMuchIsOfNoInterest() {
    assertThat(code("totals", "11", 2).replacing(code("totals", "12", 2))).isEmpty();
  }

  @Test
  void codeThatNobodyKnowsIsNotTrusted() {
    assertThat(upgrade(Optional.of(coordinator(2))))
        .isInstanceOfSatisfying(
            FormatUpgrade.Refuse.class,
            refused ->
                assertThat(refused.reason())
                    .startsWith("no code of job orders has registered itself"));
  }

  @Test
  void aJobInTheFormatNeedsNothing() {
    assertThat(
            FormatUpgrade.of(
                IN_ONE.in(FormatVersion.TWO), List.of(), Optional.empty(), FormatVersion.TWO))
        .isEqualTo(new FormatUpgrade.AlreadyThere());
    assertThat(
            FormatUpgrade.of(
                IN_ONE.in(FormatVersion.TWO), List.of(), Optional.empty(), FormatVersion.ONE))
        .isEqualTo(new FormatUpgrade.AlreadyThere());
  }

  private static FormatUpgrade upgrade(Optional<Deployment> deployment, Registration... code) {
    return FormatUpgrade.of(IN_ONE, List.of(code), deployment, FormatVersion.TWO);
  }

  private static Deployment coordinator(int reads) {
    return new Deployment(
        JOB,
        new StageId("totals"),
        "orders",
        "s3://bucket",
        "task",
        CheckpointSettings.DEFAULTS,
        reads,
        Optional.empty(),
        Optional.empty());
  }

  private static Registration code(String stage, String version, int reads) {
    return new Registration(
            JOB,
            new StageId(stage),
            new CodeVersion(version),
            Configuration.DEFAULTS,
            List.of(),
            Optional.empty())
        .withReads(reads);
  }
}
