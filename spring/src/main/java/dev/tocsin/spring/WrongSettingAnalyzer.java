package dev.tocsin.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Tells a [WrongSettingException] as Spring Boot tells what it knows itself: what is wrong and what to do, without a stack
/// trace.
final class WrongSettingAnalyzer extends AbstractFailureAnalyzer<WrongSettingException> {

  @Override
  protected FailureAnalysis analyze(Throwable root, WrongSettingException wrong) {
    return new FailureAnalysis(String.valueOf(wrong.getMessage()), wrong.remedy(), wrong);
  }
}
