namespace Internal.Runtime.CompilerHelpers
{
    /// <summary>What ILC calls around an exported method and a native call. With no garbage collector there is nothing to do.</summary>
    internal static class StartupCodeHelpers
    {
        [System.Runtime.RuntimeExport("RhpReversePInvoke")]
        private static void ReversePInvoke(nint frame) { }

        [System.Runtime.RuntimeExport("RhpReversePInvokeReturn")]
        private static void ReversePInvokeReturn(nint frame) { }

        [System.Runtime.RuntimeExport("RhpPInvoke")]
        private static void PInvoke(nint frame) { }

        [System.Runtime.RuntimeExport("RhpPInvokeReturn")]
        private static void PInvokeReturn(nint frame) { }

        [System.Runtime.RuntimeExport("RhpGcPoll")]
        private static void GcPoll() { }

        [System.Runtime.RuntimeExport("RhpFallbackFailFast")]
        private static void FallbackFailFast()
        {
            while (true) { }
        }
    }
}
