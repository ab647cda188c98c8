package dev.cairn.cli.rescale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The requests from one number of shards to another. */
class RescalePlanTest {
  private static final KinesisQuotas DEFAULTS = KinesisQuotas.DEFAULTS;

  private static List<Integer> requests(int open, int target, KinesisQuotas quotas) {
    return RescalePlan.of(open, target, quotas) instanceof RescalePlan.Requests(List<Integer> all)
        ? all
        : List.of();
  }

  private static String refusal(int open, int target, KinesisQuotas quotas) {
    return RescalePlan.of(open, target, quotas) instanceof RescalePlan.BeyondQuota(String reason)
        ? reason
        : "";
  }

  @ParameterizedTest
  @CsvSource({
    "4, 8, '8'",
    "4, 7, '7'",
    "4, 9, '8 9'",
    "3, 20, '6 12 20'",
    "1, 1024, '2 4 8 16 32 64 128 256 512 1024'",
    "4, 2, '2'",
    "4, 3, '3'",
    "4, 1, '2 1'",
    "5, 2, '3 2'",
    "7, 1, '4 2 1'",
    "9999, 10000, '10000'",
    "18000, 9000, '9000'",
  })
  void eachRequestDoublesAtMostAndHalvesAtLeast(int open, int target, String expected) {
    assertThat(requests(open, target, DEFAULTS))
        .isEqualTo(Arrays.stream(expected.split(" ")).map(Integer::valueOf).toList());
  }

  @Test
  void everyPlanIsOneThatKinesisAccepts() {
    IntStream.rangeClosed(1, 40)
        .forEach(
            open ->
                IntStream.rangeClosed(1, 300)
                    .filter(target -> target != open)
                    .forEach(target -> assertAcceptable(open, target)));
  }

  private static void assertAcceptable(int open, int target) {
    int reached = open;
    for (int shards : requests(open, target, DEFAULTS)) {
      assertThat(shards).isBetween((reached + 1) / 2, 2 * reached).isNotEqualTo(reached);
      reached = shards;
    }
    assertThat(reached).isEqualTo(target);
  }

  @Test
  void aStreamThatHasTheNumberNeedsNoRequest() {
    assertThat(RescalePlan.of(4, 4, DEFAULTS)).isEqualTo(new RescalePlan.Unchanged());
  }

  @Test
  void moreThanTenRequestsWaitForTheNextDayUnlessTheQuotaWasRaised() {
    assertThat(refusal(1, 1025, DEFAULTS))
        .contains("takes 11 requests")
        .contains("accepts 10 for a stream within 24 hours by default")
        .contains("cairn rescale 1024 first, and the rest a day later")
        .contains("--raised-quotas");
    assertThat(refusal(2049, 1, DEFAULTS)).contains("takes 12 requests", "cairn rescale 3 first");
    assertThat(requests(1, 1025, KinesisQuotas.RAISED)).hasSize(11).endsWith(1024, 1025);
  }

  @Test
  void moreThanTenThousandShardsNeedARaisedQuota() {
    assertThat(refusal(9_000, 10_001, DEFAULTS)).contains("10,001 shards are more than the 10,000");
    assertThat(refusal(15_000, 12_000, DEFAULTS)).contains("down to fewer than 10,000 only");
    assertThat(refusal(15_000, 10_000, DEFAULTS)).contains("down to fewer than 10,000 only");
    assertThat(requests(9_000, 10_001, KinesisQuotas.RAISED)).containsExactly(10_001);
    assertThat(requests(15_000, 12_000, KinesisQuotas.RAISED)).containsExactly(12_000);
  }

  @Test
  void theAccountsQuotaCountsTheShardsOfOtherStreams() {
    KinesisQuotas quotas = DEFAULTS.with(Optional.of(new AccountShards(990, 1_000)));

    assertThat(requests(4, 10, quotas)).containsExactly(8, 10);
    assertThat(refusal(4, 11, quotas))
        .contains("may have 1,000 open shards", "its other streams have 990", "request 10 or fewer")
        .contains("Service Quotas");
    assertThat(requests(12, 11, quotas)).as("fewer shards are always allowed").containsExactly(11);
  }
}
