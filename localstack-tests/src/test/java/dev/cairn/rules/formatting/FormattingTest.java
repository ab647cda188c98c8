package dev.cairn.rules.formatting;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Every source is as {@code mvn spotless:apply} leaves it. A test, because the formatter parses
 * with the JDK that it runs on, and Maven may run on one that is too old for our sources.
 */
class FormattingTest {
  @Test
  @DisabledIfSystemProperty(named = "quick", matches = ".*")
  void everySourceIsFormatted() throws IOException {
    List<Path> sources = Sources.all();
    assertThat(sources).hasSizeGreaterThan(100);
    assertThat(sources.stream().filter(source -> !isFormatted(source)).map(Sources::name))
        .as("format these with: mvn spotless:apply (JAVA_HOME at a JDK from 21 on)")
        .isEmpty();
  }

  /** A format string is no call, so the plugin that rejects calls does not see it. */
  @Test
  void noFormatDependsOnTheLineSeparator() throws IOException {
    String separator = "%" + "n";
    List<String> offenders = new ArrayList<>();
    for (Path source : Sources.all()) {
      if (Files.readString(source).contains(separator)) {
        offenders.add(Sources.name(source));
      }
    }
    assertThat(offenders).as("write \\n in place of " + separator).isEmpty();
  }

  private static boolean isFormatted(Path source) {
    try {
      String text = Files.readString(source);
      return new Formatter()
          .formatSource(RemoveUnusedImports.removeUnusedImports(text))
          .equals(text);
    } catch (FormatterException e) {
      throw new IllegalStateException(source + " cannot be parsed", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
