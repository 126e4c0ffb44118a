using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace TenantSandbox.Local.Hosting.Invocation;

/// <summary>One <c>[Function]</c> method as found by its attributes.</summary>
/// <param name="Name">The function's name, unique in the host.</param>
/// <param name="Method">The method to call.</param>
/// <param name="Trigger">What starts it.</param>
/// <param name="TriggerParameter">The parameter that carries the trigger.</param>
internal sealed record FunctionDescriptor(string Name, MethodInfo Method, TriggerBindingAttribute Trigger, ParameterInfo TriggerParameter)
{
    /// <summary>The id that the isolated worker would see; stable across runs.</summary>
    public string Id => EntryPoint;

    public string EntryPoint => $"{DeclaringType.FullName}.{Method.Name}";

    public Type DeclaringType => Method.DeclaringType!;

    /// <summary>By position: reflection doesn't promise one ParameterInfo for one parameter, and under concurrency gives two.</summary>
    public bool IsTrigger(ParameterInfo parameter) => parameter.Position == TriggerParameter.Position;

    public InvalidOperationException Fault(string what) =>
        new($"Function '{Name}' ({EntryPoint}): {what}");
}
