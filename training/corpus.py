def sample(): raise NotImplementedError
