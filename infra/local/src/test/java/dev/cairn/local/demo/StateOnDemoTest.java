package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.ExitCode;
import dev.cairn.state.KeyHash;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The state of one key, and of all. */
class StateOnDemoTest extends CommandsOnDemo {
  @Test
  void theStateOfAKeyIsReadWithoutItsClasses() throws IOException {
    JsonNode live = cairn("state", "N7", "--json").json();
    assertThat(live.at("/state/punctuality/departures").longValue())
        .isEqualTo(FinishedDemo.FLIGHTS / FinishedDemo.AIRCRAFT);
    assertThat(live.at("/state/last-flights")).hasSize(10);
    assertThat(live.at("/state/flights-per-route/EWR-X0").longValue()).isPositive();
    Answer text = cairn("state", "N7");
    assertThat(text.out())
        .contains("N7  on aircraft/shardId-", "punctuality", "EWR-X0  ", "departures  40");

    JsonNode stored = cairn("state", "N7", "--checkpoint", latest(), "--json").json();
    assertThat(stored.get("at").asText()).isEqualTo("checkpoint " + latest());
    assertThat(stored.at("/state/punctuality/departures").longValue()).isPositive();
  }

  @Test
  void aKeyWithoutStateIsSaidToHaveNone() {
    Answer none = cairn("state", "n7");
    assertThat(none.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(none.err()).contains("key \"n7\" has no state");
  }

  @Test
  void aKeyIsFoundUnderTheHashKeyThatIsGiven() throws IOException {
    Answer own = cairn("state", "N7", "--hash-key", KeyHash.of("N7").toDecimal(), "--json");
    assertThat(own.json()).isEqualTo(cairn("state", "N7", "--json").json());

    assertThat(cairn("state", "N7", "--hash-key", "7").err()).contains("key \"N7\" has no state");
    for (String none : new String[] {"-1", "x", "340282366920938463463374607431768211456"}) {
      assertFails(
          ExitCode.UNUSABLE,
          "is not a number from 0 to 2^128 - 1",
          "state",
          "N7",
          "--hash-key=" + none);
    }
  }

  @Test
  void allKeysOfAStateAreStreamedOneALine() throws IOException {
    Answer all = cairn("state", "--all", "--json");
    assertThat(all.exitCode()).isZero();
    Map<String, JsonNode> states = new HashMap<>();
    for (String line : all.out().lines().toList()) {
      JsonNode one = JSON.readTree(line);
      states.put(one.get("key").asText(), one.get("state"));
    }
    assertThat(states).hasSize((int) all.out().lines().count());
    assertThat(states.get("N7")).isEqualTo(cairn("state", "N7", "--json").json().get("state"));
    // Each aircraft that flew, and those of flights without a tail number.
    assertThat(states.keySet()).contains("N1", "N99", "UNKNOWN").hasSizeGreaterThan(90);

    Answer then = cairn("state", "--all", "--checkpoint", latest());
    assertThat(then.out().lines().filter(line -> line.startsWith("N7  {"))).hasSize(1);
    assertFails(ExitCode.UNUSABLE, "--all", "state", "N7", "--all");
    assertFails(ExitCode.UNUSABLE, "KEY", "state");
  }
}
