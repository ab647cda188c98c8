package dev.cairn.contracts;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;

/** Makes Kinesis return few shards per page, so that a list of few shards has several pages. */
final class ShardsPerPage implements ExecutionInterceptor {
  private final int most;
  private final AtomicInteger pages = new AtomicInteger();

  ShardsPerPage(int most) {
    this.most = most;
  }

  /** Returns the number of pages that were requested. */
  int pages() {
    return pages.get();
  }

  @Override
  public SdkRequest modifyRequest(
      Context.ModifyRequest context, ExecutionAttributes executionAttributes) {
    if (!(context.request() instanceof ListShardsRequest list)) {
      return context.request();
    }
    pages.incrementAndGet();
    return list.toBuilder().maxResults(most).build();
  }
}
