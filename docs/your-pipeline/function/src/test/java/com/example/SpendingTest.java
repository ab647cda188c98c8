package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.Spending.Total;
import dev.cairn.testing.FunctionHarness;
import org.junit.jupiter.api.Test;

class SpendingTest {
  private final FunctionHarness<Order> harness = FunctionHarness.of(new Spending());

  @Test
  void addsUpWhatACustomerSpends() throws Exception {
    harness.process(new Order("ada", 1250));
    harness.process(new Order("ada", 250));
    harness.process(new Order("grace", 300));
    assertThat(harness.state("ada").value(Spending.TOTAL)).contains(new Total(2, 1500));
    assertThat(harness.state("grace").value(Spending.TOTAL)).contains(new Total(1, 300));
  }

  @Test
  void anOrderThatIsRefusedChangesNothing() throws Exception {
    harness.process(new Order("ada", 1250));
    assertThatThrownBy(() -> harness.process(new Order("ada", -1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(harness.state("ada").value(Spending.TOTAL)).contains(new Total(1, 1250));
  }
}
