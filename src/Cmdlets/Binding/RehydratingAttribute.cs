using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>A transformation whose errors are the engine's.</summary>
public abstract class RehydratingAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return Rehydrate(inputData);
        }
        catch (SandboxException e)
        {
            throw new ArgumentTransformationMetadataException($"{e.Message} {e.Remedy}", e);
        }
    }

    /// <summary>The live object of a value, or the value itself.</summary>
    protected abstract object? Rehydrate(object? inputData);
}
