package dev.cairn.backend.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AppendListTest {
  @Test
  void everyVersionStaysWhatItWas() {
    SplittableRandom random = new SplittableRandom(1);
    List<AppendList<Integer>> versions = new ArrayList<>(List.of(AppendList.copyOf(List.of())));
    List<List<Integer>> expected = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < 2_000; i++) {
      // Mostly on from the newest, now and then from an old one: a branch.
      int from = random.nextInt(10) < 8 ? versions.size() - 1 : random.nextInt(versions.size());
      versions.add(versions.get(from).plus(i));
      List<Integer> longer = new ArrayList<>(expected.get(from));
      longer.add(i);
      expected.add(longer);
    }
    assertThat(versions).isEqualTo(expected);
  }

  @Test
  void nobodyCanChangeIt() {
    AppendList<String> list = AppendList.copyOf(List.of("a"));
    assertThatThrownBy(() -> list.add("b")).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> list.set(0, "b")).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> list.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    list.plus("b");
    assertThatThrownBy(() -> list.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
