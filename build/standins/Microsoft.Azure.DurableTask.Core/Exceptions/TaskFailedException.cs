#nullable disable annotations
namespace DurableTask.Core.Exceptions;

/// <summary>What a retry policy's predicate is handed under the covers; orchestrators see Microsoft.DurableTask's own type.</summary>
public class TaskFailedException : OrchestrationException
{
    public TaskFailedException()
    {
    }

    public TaskFailedException(string reason)
        : base(reason)
    {
    }

    public TaskFailedException(string reason, Exception innerException)
        : base(reason, innerException)
    {
    }
}
