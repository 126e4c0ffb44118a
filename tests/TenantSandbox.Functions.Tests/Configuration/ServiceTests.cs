using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class ServiceTests
{
    public static TheoryData<string> FunctionClasses =>
    [
        .. typeof(TenantSandboxOptions).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && t.GetMethods().Any(m => m.IsDefined(typeof(FunctionAttribute))))
            .Where(t => t.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Any(c => c.GetParameters().Length > 0))
            .Select(t => t.FullName!)
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(FunctionClasses))]
    public void Services_OfTheApp_CanMakeEveryFunctionClass(string name)
    {
        using var services = App.Create(App.Settings());

        Assert.NotNull(ActivatorUtilities.CreateInstance(services, typeof(TenantSandboxOptions).Assembly.GetType(name)!));
    }
}
