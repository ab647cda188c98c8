package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void anArgumentThatJavaCouldNotDecodeIsRefused() {
    String[] typed = {"state", "\uFFFD\uFFFD"};
    assertThat(Arguments.unreadable(typed))
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .startsWith("argument 2 (\"\uFFFD\uFFFD\") has characters")
                    .endsWith("set LC_ALL=C.UTF-8 and try again"));
    assertThat(Arguments.unreadable(new String[] {"state", "ключ"})).isEmpty();
  }
}
