package dev.cairn.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AncestryTest {
  /** A and B are merged to C, which is split into D and E; F is split into G and one unknown. */
  private final Ancestry<String> ancestry =
      new Ancestry<>(
          Map.of(
              "A", List.of(),
              "B", List.of(),
              "C", List.of("A", "B"),
              "D", List.of("C"),
              "E", List.of("C"),
              "G", List.of("F")));

  @Test
  void ancestorsAreFoundOverGenerationsAndAlsoWhereOnlyTheirNameIsKnown() {
    assertThat(ancestry.ancestors("D")).containsExactlyInAnyOrder("A", "B", "C");
    assertThat(ancestry.ancestors("G")).containsExactly("F");
    assertThat(ancestry.ancestors("A")).isEmpty();
    assertThat(ancestry.ancestors("unknown")).isEmpty();
  }

  @Test
  void ancestorsOfSeveralContainOneOfThemWhereItIsAnAncestorOfAnother() {
    assertThat(ancestry.ancestors(List.of("C", "D", "G")))
        .containsExactlyInAnyOrder("A", "B", "C", "F");
  }

  @Test
  void descendantsAreFoundOverGenerations() {
    assertThat(ancestry.descendants("A")).containsExactlyInAnyOrder("C", "D", "E");
    assertThat(ancestry.descendants("F")).containsExactly("G");
    assertThat(ancestry.descendants("E")).isEmpty();
  }

  @Test
  void aCircleEnds() {
    Ancestry<String> circle = new Ancestry<>(Map.of("A", List.of("B"), "B", List.of("A")));

    assertThat(circle.ancestors("A")).containsExactly("B");
    assertThat(circle.descendants("A")).containsExactly("B");
  }
}
