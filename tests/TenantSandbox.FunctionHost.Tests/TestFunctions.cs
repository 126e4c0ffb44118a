using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Tests;

/// <summary>Makes functions as a worker describes them.</summary>
internal static class TestFunctions
{
    /// <param name="name">The function's name.</param>
    /// <param name="trigger">The trigger's binding as JSON, without its name and direction.</param>
    public static FunctionDefinition Create(string name, string trigger)
    {
        var binding = trigger.Trim().TrimStart('{').Trim();
        return new FunctionDefinition(new RpcFunctionMetadata
        {
            Name = name,
            FunctionId = $"id-{name}",
            EntryPoint = $"Samples.{name}.Run",
            RawBindings = { $$"""{"name":"input","direction":"In",{{binding}}""" },
        });
    }
}
