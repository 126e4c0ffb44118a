using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Local.Hosting.Invocation;

internal sealed class LocalFunctionDefinition(FunctionDescriptor function) : FunctionDefinition
{
    public override ImmutableArray<FunctionParameter> Parameters =>
        [.. function.Method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];

    public override string PathToAssembly => function.DeclaringType.Assembly.Location;

    public override string EntryPoint => function.EntryPoint;

    public override string Id => function.Id;

    public override string Name => function.Name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings =>
        ImmutableDictionary<string, BindingMetadata>.Empty.Add(function.TriggerParameter.Name!, new TriggerMetadata(function));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    private sealed class TriggerMetadata(FunctionDescriptor function) : BindingMetadata
    {
        public override string Name => function.TriggerParameter.Name!;

        // HttpTriggerAttribute is known as "httpTrigger" in a function's metadata, and so on.
        public override string Type
        {
            get
            {
                var name = function.Trigger.GetType().Name[..^nameof(Attribute).Length];
                return char.ToLowerInvariant(name[0]) + name[1..];
            }
        }

        public override BindingDirection Direction => BindingDirection.In;
    }
}
