using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.DependencyInjection;

namespace TenantSandbox.Testing;

/// <summary>The official shims, with entity support as in the Functions worker (the default factory has none).</summary>
internal static class Shims
{
    public static DurableTaskShimFactory Factory { get; } = new(new DurableTaskWorkerOptions { EnableEntitySupport = true });

    /// <summary>Makes the official runner use <see cref="Factory"/>.</summary>
    public static IServiceProvider Services { get; } = new ServiceCollection().AddSingleton(Factory).BuildServiceProvider();
}
