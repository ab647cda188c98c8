package com.example;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;

/** How often each customer ordered, and for how much. */
public final class Spending implements KeyedFunction<Order> {
  /** The statistics of a customer. */
  public record Total(long orders, long cents) {
    static final Total NONE = new Total(0, 0);

    Total with(Order order) {
      return new Total(orders + 1, cents + order.cents());
    }
  }

  public static final ValueStateDescriptor<Total> TOTAL =
      ValueStateDescriptor.of("total", Total.class);

  private ValueState<Total> total;

  @Override
  public Deserializer<Order> deserializer() {
    return Deserializers.json(Order.class);
  }

  @Override
  public String keyOf(Order order) {
    return order.customer();
  }

  @Override
  public void open(RuntimeContext context) {
    total = context.getState(TOTAL);
  }

  @Override
  public void process(Order order, Context context) {
    if (order.cents() < 0) {
      throw new IllegalArgumentException("an order of " + order.cents() + " cents");
    }
    total.update(total.value().orElse(Total.NONE).with(order));
  }
}
