package dev.tocsin.spring;

import dev.tocsin.client.ClientListener;
import dev.tocsin.events.EventCatalog;
import java.lang.reflect.Method;
import java.util.Map;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils;

/// Looks for methods with [TocsinListener], and for listeners of the client, among all singletons, once they are there.
final class ListenerSearch implements SmartInitializingSingleton {

  private final ConfigurableListableBeanFactory beans;
  private final ObjectProvider<ClientListener> listeners;
  private final ListenerMethods methods;
  private final EventCatalog catalog;

  ListenerSearch(
      ConfigurableListableBeanFactory beans,
      ObjectProvider<ClientListener> listeners,
      ListenerMethods methods,
      EventCatalog catalog) {
    this.beans = beans;
    this.listeners = listeners;
    this.methods = methods;
    this.catalog = catalog;
  }

  @Override
  public void afterSingletonsInstantiated() {
    listeners
        .orderedStream()
        .filter(listener -> !(listener instanceof ListenerMethods))
        .forEach(methods::add);
    for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
      Class<?> type = AutoProxyUtils.determineTargetClass(beans, name);
      if (type != null
          && !ScopedProxyUtils.isScopedTarget(name)
          && !type.getName().startsWith("org.springframework.")
          && AnnotationUtils.isCandidateClass(type, TocsinListener.class)) {
        search(name, type);
      }
    }
  }

  private void search(String name, Class<?> type) {
    Map<Method, TocsinListener> found =
        MethodIntrospector.selectMethods(
            type,
            (MethodIntrospector.MetadataLookup<TocsinListener>)
                method -> AnnotatedElementUtils.findMergedAnnotation(method, TocsinListener.class));
    if (found.isEmpty()) {
      return;
    }
    if (!beans.isSingleton(name)) {
      throw new IllegalStateException(
          "@TocsinListener on a method of the bean '" + name + "', which is no singleton");
    }
    Object bean = beans.getBean(name);
    found.forEach((method, annotation) -> {
      Method callable = AopUtils.selectInvocableMethod(method, bean.getClass());
      ReflectionUtils.makeAccessible(callable);
      methods.add(ListenerMethod.of(bean, callable, annotation.value(), catalog));
    });
  }
}
