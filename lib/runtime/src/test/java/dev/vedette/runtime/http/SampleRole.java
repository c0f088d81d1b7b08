package dev.vedette.runtime.http;

import dev.vedette.model.VedetteException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the tests' controller serves; tells the tests what it saw. */
final class SampleRole {
  final CountDownLatch entered = new CountDownLatch(1);
  final CountDownLatch disconnected = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);
  final CountDownLatch writerStopped = new CountDownLatch(1);
  final AtomicReference<@Nullable IOException> writerFailure = new AtomicReference<>();
  volatile @Nullable VedetteException error;
}
